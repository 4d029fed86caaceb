"""What two faces say: scores, error rates over all pairs, calibrated likelihood ratios and operating points."""

"""The gate between the portal's exports and everything that is counted: the contract, its rules, the quarantine."""

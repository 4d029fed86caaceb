"""Photos to templates: read, detect, cut out, judge, encode."""

from analytics.biometrics.encoding.batches import encode_photos
from analytics.biometrics.encoding.encoders import Encoder, open_encoder
from analytics.biometrics.encoding.faces import PhotoResult

__all__ = ["Encoder", "PhotoResult", "encode_photos", "open_encoder"]

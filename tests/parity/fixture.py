"""Fixtures that TensorFlow computed."""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

try:
    import tensorflow as tf
except ImportError:  # not needed for the fixtures of keras-rs
    tf = None

from safetensors_file import FOLDER, Fixture, np

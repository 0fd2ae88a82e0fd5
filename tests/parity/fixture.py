"""Fixtures that TensorFlow computed."""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf

from safetensors_file import FOLDER, Fixture, np

"""The reference notebook's model in TensorFlow Recommenders, of any size: towers, ranking layers, joint loss."""

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

keras = tf.keras
layers = keras.layers


def embedded_category(values, dim):
    vocabulary = np.unique(values)
    return keras.Sequential([layers.StringLookup(vocabulary=vocabulary, mask_token=None),
                             layers.Embedding(len(vocabulary) + 1, dim)])


def embedded_words(vectorizer, max_tokens, dim):
    return keras.Sequential([vectorizer, layers.Embedding(max_tokens, dim, mask_zero=True),
                             layers.GlobalAveragePooling1D()])


class UserModel(keras.Model):
    def __init__(self, table, max_tokens, dim):
        super().__init__()
        self.genre_vectorizer = layers.TextVectorization(max_tokens=max_tokens)
        self.genre_text_embedding = embedded_words(self.genre_vectorizer, max_tokens, dim)
        self.genre_vectorizer.adapt(np.unique(table["genre"]))
        self.type_embedding = embedded_category(table["type"], dim)
        self.audience_embedding = embedded_category(table["Audience"], dim)

    def call(self, rows):
        return tf.concat([self.genre_text_embedding(rows["genre"]), self.type_embedding(rows["type"]),
                          self.audience_embedding(rows["Audience"])], axis=1)


class AnimeModel(keras.Model):
    def __init__(self, table, max_tokens, dim):
        super().__init__()
        self.anime_vectorizer = layers.TextVectorization(max_tokens=max_tokens)
        self.anime_text_embedding = embedded_words(self.anime_vectorizer, max_tokens, dim)
        self.anime_vectorizer.adapt(np.unique(table["name"]))
        self.anime_embedding = embedded_category(table["name"], dim)

    def call(self, names):
        return tf.concat([self.anime_embedding(names), self.anime_text_embedding(names)], axis=1)


def make_rating_task():
    return tfrs.tasks.Ranking(loss=keras.losses.MeanSquaredError(), metrics=[keras.metrics.RootMeanSquaredError()])


class JointModel(tfrs.Model):
    """Its heirs make user_model, anime_model, _cross_layer, _deep_layers, _logit_layer, rating_task, retrieval_task."""

    def call(self, rows):
        query = self.user_model({name: rows[name] for name in ("genre", "type", "Audience")})
        candidate = self.anime_model(rows["name"])
        rating = self._cross_layer(tf.concat([query, candidate], axis=1))
        for layer in self._deep_layers:
            rating = layer(rating)
        return query, candidate, self._logit_layer(rating)

    def compute_loss(self, rows, training=False):
        query, candidate, rating = self({name: value for name, value in rows.items() if name != "Feedback"})
        return (0.5 * self.rating_task(labels=rows["Feedback"], predictions=rating) +
                0.5 * self.retrieval_task(query, candidate, compute_metrics=False))


def as_tensors(table):
    columns = {name: tf.constant(table[name].to_numpy(str)) for name in ("name", "genre", "type", "Audience")}
    return {**columns, "Feedback": tf.constant(table["Feedback"].to_numpy(np.float32))}

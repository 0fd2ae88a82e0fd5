"""Configs as dataclasses, which are generated from the engine's own lists of settings."""

import copy
import importlib.machinery
import importlib.util
import inspect
import pathlib
import pickle

import pytest
from conftest import tower

import shortlist as sl
from shortlist import _core
from shortlist.config import (
    Attribute,
    Categories,
    Category,
    Config,
    Cross,
    Dense,
    Mlp,
    PopularityModel,
    Ranking,
    ReduceOnPlateau,
    Retrieval,
    Time,
    Training,
)

ROOT = pathlib.Path(__file__).parents[2]


def the_generator():
    loader = importlib.machinery.SourceFileLoader("python_config", str(ROOT / "tools" / "python_config"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("python_config", loader))
    loader.exec_module(module)
    return module


def test_the_module_is_as_generated():
    generated = the_generator().python_config()
    committed = pathlib.Path(sl.config.__file__).read_text()
    assert committed == generated, "write it anew: PYTHONPATH=build/python tools/python_config --write"


def keys(fields):
    return {field["name"] for field in fields}


def test_every_setting_of_the_engine_is_an_attribute():
    schema = _core.settings()
    config = Config(retrieval=Retrieval())
    for section in schema["sections"]:
        assert hasattr(config, section["name"])
    sections = {section["name"]: keys(section["form"]["fields"]) for section in schema["sections"]}
    assert sections["training"] == set(inspect.signature(Training).parameters)
    assert {kind["name"] for kind in schema["features"]} == {kind.kind for kind in sl.config.FEATURES}
    assert {kind["name"] for kind in schema["layers"]} == {kind.kind for kind in sl.config.LAYERS}
    assert {kind["name"] for kind in schema["models"]} == {kind.kind for kind in sl.config.MODELS}


def test_parameters_of_the_estimators_are_settings_of_the_engine():
    sections = {section["name"]: keys(section["form"]["fields"]) for section in _core.settings()["sections"]}
    own = {"query", "item", "label", "items", "users", "config", "out", "threads", "verbose"}
    of_recommend, of_data = {"seen", "order"}, {"split"}
    of_training = set(sl.TwoTower._TRAINING_KEYS)
    whole_sections = {"features", "retrieval", "ranking"}
    assert of_training <= sections["training"]
    assert of_recommend <= sections["recommend"]
    assert of_data <= sections["data"]
    assert whole_sections <= set(sections)
    given = set(inspect.signature(sl.TwoTower.__init__).parameters) - {"self"}
    assert given == own | of_recommend | of_data | of_training | whole_sections
    popularity = next(kind for kind in _core.settings()["models"] if kind["name"] == "popularity")
    assert "count" in keys(popularity["fields"])


def test_attributes_change_a_config():
    config = Config(ranking=[Ranking(label="rating")], training=Training(epochs=5))
    config.training.epochs = 7
    config.training.optimizer.adam = 0.01
    config.retrieval = Retrieval(temperature=0.5)
    config.features["genres"] = Categories(separator="|")
    config.features["hour"] = Time(as_="hour")
    config.query.layers = [Mlp([64, 32], name="last"), Cross(), Dense(8, activation="relu")]
    assert config.to_dict() == {
        "ranking": [{"label": "rating"}],
        "training": {"epochs": 7, "optimizer": {"adam": 0.01}},
        "retrieval": {"temperature": 0.5},
        "features": {"genres": {"kind": "categories", "separator": "|"}, "hour": {"kind": "time", "as": "hour"}},
        "query": {"layers": [{"mlp": [64, 32], "name": "last"}, {"cross": "full"}, {"dense": 8, "activation": "relu"}]},
    }
    assert repr(Config(training=Training(epochs=5))) == "Config(training=Training(epochs=5))"
    with pytest.raises(AttributeError):
        config.training.epohcs = 3
    with pytest.raises(TypeError, match="epoch"):
        Training(epoch=3)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/*.toml")), ids=lambda path: path.stem)
def test_examples_go_round_in_every_form(path):
    config = Config.from_file(path)
    text = path.read_text()
    assert Config.from_toml(text).to_dict() == _core.parse_settings(text)
    assert Config.from_dict(config.to_dict()) == config
    assert Config.from_toml(config.to_toml()) == config
    assert copy.deepcopy(config) == config == pickle.loads(pickle.dumps(config))
    complete = config.complete()
    assert complete.training.batch is not None
    assert complete.complete() == complete


def test_every_kind_goes_round():
    for kind in sl.config.FEATURES:
        feature = kind(columns=["b", "c"]) if kind is sl.config.Crossed else kind(column="b")
        config = Config(features={"a": feature})
        assert Config.from_dict(config.to_dict()) == config == Config.from_toml(config.to_toml())
    for kind in sl.config.LAYERS:
        layer = kind([3]) if kind is Mlp else kind()
        config = Config()
        config.query.layers = [layer]
        assert Config.from_dict(config.to_dict()) == config == Config.from_toml(config.to_toml())
    for kind in sl.config.MODELS:
        config = Config(model=kind())
        assert Config.from_dict(config.to_dict()) == config


def test_a_text_stands_for_a_table_where_the_file_allows_it():
    section = next(s["name"] for s in _core.settings()["sections"] if "attributes" in keys(s["form"]["fields"]))
    settings = {section: {"attributes": ["title", {"column": "genres", "separator": "|"}]}}
    config = Config.from_dict(settings)
    assert getattr(config, section).attributes == ["title", Attribute("genres", separator="|")]
    assert config.to_dict() == settings


def test_optional_tables_that_are_empty_stay():
    assert Config.from_toml("[retrieval]").retrieval == Retrieval()
    assert Config.from_toml("[retrieval]").to_dict() == {"retrieval": {}}
    config = Config.from_dict({"training": {"reduce_on_plateau": {}}})
    assert config.training.reduce_on_plateau == ReduceOnPlateau()
    assert config.to_dict() == {"training": {"reduce_on_plateau": {}}}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"training": {"epoch": 3}}, "training: unknown key 'epoch'; did you mean 'epochs'"),
        ({"trainin": {}}, "unknown key 'trainin'; did you mean 'training'"),
        ({"training": {"epochs": 0}}, "training.epochs: got 0, need at least 1"),
        ({"training": {"epochs": "five"}}, "training.epochs: got .*, need an integer"),
        ({"training": {"optimizer": {"adm": 1}}}, "training.optimizer: unknown key 'adm'; did you mean 'adam'"),
        ({"features": {"a": {"kind": "categry"}}}, 'got "categry", need one of .*; did you mean "category"'),
        ({"query": {"layers": [{"dens": 3}]}}, "query.layers.0: got 'dens', .*; did you mean 'dense'"),
        ({"query": {"layers": [{"dense": 3, "activatio": "relu"}]}}, "unknown key 'activatio'"),
        ({"model": {"kind": "popularty"}}, "model.kind: there is no kind of model 'popularty'"),
        ({"model": {"kind": "popularity", "cont": "rows"}}, "model: unknown key 'cont'; did you mean 'count'"),
    ],
)
def test_wrong_settings_are_named(settings, message):
    with pytest.raises(sl.ConfigError, match=message):
        Config.from_dict(settings)


def test_errors_of_texts_and_files_name_the_line(tmp_path):
    with pytest.raises(sl.ConfigError, match="the config:2: training: unknown key 'epoch'; did you mean 'epochs'"):
        Config.from_toml("[training]\nepoch = 3\n")
    path = tmp_path / "films.toml"
    path.write_text("[training]\n\nepochs = 0\n")
    with pytest.raises(sl.ConfigError, match="films.toml:3: "):
        Config.from_file(path)
    with pytest.raises(sl.ConfigError, match="nothing to learn|has neither|need at least one feature"):
        Config().complete()


def test_a_file_beside_the_config_is_found(tmp_path):
    (tmp_path / "rows.npy").write_bytes(b"")
    (tmp_path / "films.toml").write_text('[data]\ntable = "missing.csv"\nsplit = { by = "rows", rows = "rows.npy" }\n')
    data = Config.from_file(tmp_path / "films.toml").data
    assert data.split.rows == str(tmp_path / "rows.npy")
    assert data.table == "missing.csv"


def test_training_takes_a_config_in_every_form(ratings, movies, tmp_path):
    import hashlib

    config = Config.from_toml(sl.draft_config(ratings, items=movies, label="rating", item="item", query="user"))
    config.training.epochs = 1
    path = tmp_path / "films.toml"
    path.write_text(config.to_toml())
    forms = [config, config.to_dict(), config.to_toml(), path, str(path)]
    models = [sl.train(form, ratings, items=movies, verbose=False) for form in forms]
    models.append(tower(config=config, items=movies, epochs=1).fit(ratings))
    weights = {pathlib.Path(model.path_, "weights.safetensors").read_bytes() for model in models}
    assert len({hashlib.sha256(one).hexdigest() for one in weights}) == 1


def test_estimators_take_dataclasses_and_dicts_alike(ratings):
    by_class = tower(
        retrieval=Retrieval(temperature=0.5), optimizer=sl.config.Optimizer(adagrad=0.1), features={"user": Category()}
    )
    by_dict = tower(
        retrieval={"temperature": 0.5}, optimizer={"adagrad": 0.1}, features={"user": {"kind": "category"}}
    )
    assert by_class._settings(ratings) == by_dict._settings(ratings)
    by_class.set_params(retrieval__temperature=0.25)
    assert by_class._settings(ratings)["retrieval"]["temperature"] == 0.25
    assert PopularityModel(count="users").to_dict() == {"kind": "popularity", "count": "users"}

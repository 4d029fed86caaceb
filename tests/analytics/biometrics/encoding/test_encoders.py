"""Embedders: dlib's, and those that a user supplies."""

import hashlib
import pickle

import numpy as np
import pytest

from analytics.biometrics.encoding import encoders, open_encoder
from analytics.biometrics.encoding.encoders import DLIB_MODEL, DlibEncoder, EncoderError, OnnxEncoder
from analytics.biometrics.encoding.faces import encode_here
from analytics.biometrics.encoding.onnx_graph import Graph
from analytics.biometrics.encoding.supplied import DescriptionError
from analytics.biometrics.encoding.weights import WeightsError
from analytics.settings import Settings
from tests.analytics.biometrics.drawn import draw_face

SIZE, DIMENSION = 40, 5
WEIGHTS = np.random.default_rng(2).standard_normal((SIZE * SIZE * 3, DIMENSION)).astype(np.float32)


def description(tmp_path, **changes):
    """Describe a model that multiplies all pixels by WEIGHTS, and return the settings that name it."""
    layout = changes.get("layout", "nchw")
    graph = Graph()
    flat = graph.node("Flatten", ["pixels"])
    result = graph.node("MatMul", [flat, graph.constant(WEIGHTS)])
    shape = (3, SIZE, SIZE) if layout == "nchw" else (SIZE, SIZE, 3)
    content = graph.model(source="pixels", source_shape=shape, result=result, result_shape=(DIMENSION,))
    (tmp_path / "linear.onnx").write_bytes(content)
    values = {
        "name": "linear", "file": "linear.onnx", "sha256": hashlib.sha256(content).hexdigest(), "dimension": DIMENSION,
        "size": SIZE, "padding": 0.4, "channels": "rgb", "mean": [10, 20, 30], "scale": [0.5, 0.25, 2], "layout": layout,
    } | changes  # fmt: skip
    lines = [f"{key} = {value!r}" for key, value in values.items() if value is not None]
    (tmp_path / "linear.toml").write_text("\n".join(lines), encoding="utf-8")
    return Settings(home=tmp_path / "home", face_model=tmp_path / "linear.toml")


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_a_supplied_model_gets_its_order_mean_scale_and_layout(tmp_path, layout, channels):
    made = open_encoder(description(tmp_path, layout=layout, channels=channels))
    chips = np.random.default_rng(4).integers(0, 256, (3, SIZE, SIZE, 3), np.uint8)
    ordered = chips.astype(float) if channels == "rgb" else chips[..., ::-1].astype(float)
    values = (ordered - [10, 20, 30]) * [0.5, 0.25, 2]
    if layout == "nchw":
        values = values.transpose(0, 3, 1, 2)
    expected = values.reshape(3, -1) @ WEIGHTS
    assert np.abs(made.encode(chips) - expected).max() < 1e-4 * np.abs(expected).max()
    assert (made.size, made.padding, made.dimension) == (SIZE, 0.4, DIMENSION)


def test_a_supplied_models_name_holds_its_hash(tmp_path):
    made = open_encoder(description(tmp_path))
    assert made.model == f"linear-{hashlib.sha256((tmp_path / 'linear.onnx').read_bytes()).hexdigest()[:8]}"


def test_a_supplied_model_encodes_photos(tmp_path):
    draw_face().save(tmp_path / "face.png")
    (made,) = encode_here([tmp_path / "face.png"], encoder=open_encoder(description(tmp_path)))
    assert made.status == "ok"
    assert made.vector.shape == (DIMENSION,)


def test_another_file_than_the_described_one_is_refused(tmp_path):
    settings = description(tmp_path)
    with (tmp_path / "linear.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(DescriptionError, match="not the one that its description names"):
        open_encoder(settings)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": None}, "sha256: Field required"),
        ({"channels": "grey"}, "channels: Input should be 'rgb' or 'bgr'"),
        ({"mean": [1, 2]}, "mean"),
        ({"size": 0}, "size"),
        ({"name": "../x"}, "name"),
        ({"colour": "rgb"}, "colour: Extra inputs"),
        ({"file": "missing.onnx"}, "cannot be read"),
    ],
)
def test_a_wrong_description_names_the_key(tmp_path, changes, said):
    with pytest.raises(DescriptionError, match=said):
        open_encoder(description(tmp_path, **changes))


def test_a_description_that_is_not_there_or_not_toml(tmp_path):
    (tmp_path / "broken.toml").write_text("name =", encoding="utf-8")
    for name in ("broken.toml", "missing.toml"):
        with pytest.raises(DescriptionError, match="cannot be read"):
            open_encoder(Settings(home=tmp_path, face_model=tmp_path / name))


def test_a_model_that_does_not_fit_its_description_is_refused(tmp_path):
    with pytest.raises(EncoderError, match="does not give 7 finite numbers"):
        open_encoder(description(tmp_path, dimension=7))
    with pytest.raises(EncoderError, match="cannot run the face model"):
        open_encoder(description(tmp_path, size=41))


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "text.onnx").write_bytes(b"no model")
    digest = hashlib.sha256(b"no model").hexdigest()
    with pytest.raises(EncoderError, match="cannot run the face model"):
        open_encoder(description(tmp_path, file="text.onnx", sha256=digest))


def test_an_encoder_can_be_sent_to_another_process(encoder):
    chips = np.zeros((1, 150, 150, 3), np.uint8)
    expected = encoder.encode(chips)
    sent = pickle.dumps(encoder)
    assert len(sent) < 2000
    assert np.array_equal(pickle.loads(sent).encode(chips), expected)  # noqa: S301 - made above
    assert pickle.loads(pickle.dumps(DlibEncoder())) == DlibEncoder()  # noqa: S301


def test_where_the_net_cannot_be_converted_dlib_runs_it(tmp_path, monkeypatch, capsys):
    def refuse(dat, folder):
        raise WeightsError("Not this one.")

    monkeypatch.setattr(encoders, "converted", refuse)
    made = open_encoder(Settings(home=tmp_path))
    assert isinstance(made, DlibEncoder)
    assert made.model == DLIB_MODEL
    assert "face_net_not_converted" in capsys.readouterr().err


def test_the_usual_encoder_is_dlibs_net_by_onnx_runtime(encoder):
    assert isinstance(encoder, OnnxEncoder)
    assert (encoder.model, encoder.dimension) == (DLIB_MODEL, 128)

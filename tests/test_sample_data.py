"""The sample data is what its generator writes, byte for byte."""

import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "sample_data"
FILES = sorted(path.name for path in SAMPLES.glob("*.csv"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lumio")
    subprocess.run([sys.executable, str(SAMPLES / "generate.py"), str(folder)], check=True, timeout=120)
    return folder


def test_the_generator_writes_these_files(written):
    assert sorted(path.name for path in written.iterdir()) == FILES
    assert len(FILES) == 9


@pytest.mark.parametrize("name", FILES)
def test_file_is_what_the_generator_writes(written, name):
    assert (written / name).read_bytes() == (SAMPLES / name).read_bytes(), "run `make sample` and commit"


def test_samples_stay_small():
    assert sum((SAMPLES / name).stat().st_size for name in FILES) < 7_000_000

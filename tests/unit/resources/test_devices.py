import pytest

from resources.devices import choose_compute, cpu_compute, cuda_compute, fake_compute
from resources.errors import SettingsError


def test_cpu_class_names_the_instruction_set() -> None:
    compute = cpu_compute("AVX512")
    assert compute.device_class.startswith("cpu-")
    assert compute.device_class.endswith("-avx512")
    assert (compute.precision, compute.devices) == ("float32", ("cpu",))


def test_all_equal_gpus_share_the_work_in_half_precision() -> None:
    compute = cuda_compute(["NVIDIA A100", "NVIDIA A100", "Quadro T400"])
    assert compute.devices == ("cuda:0", "cuda:1")
    assert (compute.precision, compute.device_class) == ("float16", "cuda-nvidia-a100")


def test_fake_walks_the_gpu_path() -> None:
    assert choose_compute("fake") == fake_compute()
    assert len(fake_compute().devices) == 2
    assert fake_compute().precision == "float16"


def test_unknown_word_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"core\.device"):
        choose_compute("tpu")


def test_auto_and_cpu_and_cuda_fit_the_machine() -> None:
    import torch

    has_cuda = torch.cuda.is_available()
    assert choose_compute("cpu").kind == "cpu"
    assert choose_compute("auto").kind == ("cuda" if has_cuda else "cpu")
    if not has_cuda:
        with pytest.raises(SettingsError, match="no CUDA device"):
            choose_compute("cuda")

"""What is shipped for deployment says what it should: parsed here, built where a container engine is."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOYMENT = ROOT / "docs" / "operate" / "deployment"


@pytest.fixture(scope="module")
def manifests() -> dict[str, dict[str, Any]]:
    documents = yaml.safe_load_all((DEPLOYMENT / "kubernetes.yaml").read_text("utf-8"))
    return {document["kind"]: document for document in documents}


def test_manifests_are_complete_and_refer_to_each_other(manifests: dict[str, dict[str, Any]]) -> None:
    expected = {"ConfigMap", "PersistentVolumeClaim", "StatefulSet", "Service", "NetworkPolicy"}
    assert set(manifests) == expected, "the key is in no manifest"
    assert {document["metadata"]["namespace"] for document in manifests.values()} == {"stayworth"}
    pod = manifests["StatefulSet"]["spec"]["template"]
    labels = pod["metadata"]["labels"]
    assert manifests["Service"]["spec"]["selector"] == labels
    assert manifests["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    claim = volumes["home"]["persistentVolumeClaim"]["claimName"]
    assert claim == manifests["PersistentVolumeClaim"]["metadata"]["name"]
    assert volumes["settings"]["configMap"]["name"] == manifests["ConfigMap"]["metadata"]["name"]
    containers = pod["spec"]["containers"]
    assert {mount["name"] for item in containers for mount in item["volumeMounts"]} == set(volumes)


def test_one_replica_without_privileges(manifests: dict[str, dict[str, Any]]) -> None:
    assert manifests["StatefulSet"]["spec"]["replicas"] == 1, "SQLite wants one machine"
    pod = manifests["StatefulSet"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        locked = container["securityContext"]
        assert locked["allowPrivilegeEscalation"] is False
        assert locked["readOnlyRootFilesystem"] is True
        assert locked["capabilities"] == {"drop": ["ALL"]}
    for container in pod["containers"]:
        assert "livenessProbe" in container
        keys = [item for item in container["env"] if item["name"] == "STAYWORTH_HMAC_KEY"]
        assert keys[0]["valueFrom"]["secretKeyRef"]["name"] == "stayworth-key"


def test_settings_of_the_manifest_are_accepted(manifests: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    from pipelines.workspace import check_settings
    from resources.settings import load_settings

    file = tmp_path / "settings.toml"
    file.write_text(manifests["ConfigMap"]["data"]["settings.toml"], "utf-8")
    check_settings(load_settings({"STAYWORTH_SETTINGS": str(file), "STAYWORTH_HOME": str(tmp_path)}))


def test_container_file() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    instructions = re.findall(r"^([A-Z]+) ", text, re.MULTILINE)
    assert instructions[0] == "FROM"
    assert re.search(r"^FROM python:3\.11-slim-\w+$", text, re.MULTILINE), "a named base, not latest"
    assert instructions.index("USER") < instructions.index("ENTRYPOINT")
    assert re.search(r"^USER stayworth$", text, re.MULTILINE)
    assert "HEALTHCHECK" in instructions
    installs = re.findall(r"pip install .*", text)
    assert installs
    assert all("--constraint constraints.txt" in line for line in installs)
    pinned = re.search(r"^torch==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert pinned
    assert f"torch=={pinned[1]}" in text
    uid = re.search(r"--uid (\d+)", text)
    assert uid
    assert f"runAsUser: {uid[1]}" in (DEPLOYMENT / "kubernetes.yaml").read_text("utf-8")


def test_image_context_holds_code_only() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "everything is left out that is not let in"
    let_in = {line.removeprefix("!") for line in rules if line.startswith("!")}
    assert not let_in & {"var", "tests", ".git", ".venv", "docs"}
    copied = {
        name for line in re.findall(r"^COPY (.+)$", (ROOT / "Dockerfile").read_text(), re.M) for name in line.split()
    }
    assert {name for name in copied if (ROOT / name).exists() and name != "./"} == let_in
    assert all((ROOT / name).exists() for name in let_in)


@pytest.mark.parametrize("unit", ["stayworth-webserver.service", "stayworth-daemon.service"])
def test_units_run_without_privileges_and_listen_on_localhost(unit: str) -> None:
    text = (DEPLOYMENT / unit).read_text("utf-8")
    settings = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert settings["User"] == "stayworth"
    assert settings["UMask"] == "0077"
    assert settings["NoNewPrivileges"] == "true"
    assert settings["ProtectSystem"] == "strict"
    assert "0.0.0.0" not in text
    if "webserver" in unit:
        assert "--host 127.0.0.1" in settings["ExecStart"]

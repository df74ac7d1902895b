"""The manifests for Kubernetes: rendered by kubectl, valid by its own schemas, with settings that the collector takes.
No cluster runs here."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.deployment import BINARY, REPOSITORY
from harness.program import run_command

FOLDER = REPOSITORY / "deploy/kubernetes"
TOOLS = Path(sys.executable).parent
VARIANTS = ["file", "postgres"]
NGINX = "nginx.ingress.kubernetes.io"
WEBHOOKS = "nps-collector-webhooks"
RULES = """
extends: default
rules:
  line-length: {max: 120}
  document-start: disable
  comments: {require-starting-space: false}
  comments-indentation: disable
  braces: {max-spaces-inside: 0}
  octal-values: disable
"""

Manifest = dict[str, Any]


def rendered(variant: str) -> dict[str, Manifest]:
    """The manifests of a variant by their kinds."""
    result = run_command(TOOLS / "kubectl", "kustomize", FOLDER / variant)
    assert (result.returncode, result.stderr) == (0, "")
    found: dict[str, Manifest] = {}
    for document in yaml.safe_load_all(result.stdout):
        # Of several of one kind, the first has the kind's name alone.
        name = document["kind"]
        found[f"{name} {document['metadata']['name']}" if name in found else name] = document
    return found


def pod(variant: str) -> dict[str, Any]:
    return dict(rendered(variant)["StatefulSet"]["spec"]["template"]["spec"])


def container(variant: str) -> dict[str, Any]:
    (only,) = pod(variant)["containers"]
    return dict(only)


@pytest.mark.parametrize("variant", VARIANTS)
def test_kubernetes_knows_every_field(variant: str, tmp_path: Path) -> None:
    path = tmp_path / "manifests.yaml"
    path.write_text(yaml.safe_dump_all(rendered(variant).values()))
    result = run_command(TOOLS / "kubernetes-validate", "--strict", path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (result.stdout + result.stderr).count(" passed ") == len(rendered(variant))


def test_the_files_are_tidy() -> None:
    result = run_command(
        TOOLS / "yamllint", "--strict", "-d", RULES, FOLDER, REPOSITORY / "deploy/debian/nps-collector.yaml"
    )
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize("variant", VARIANTS)
def test_pods_have_the_fewest_rights(variant: str) -> None:
    """All that Kubernetes' own profile "restricted" asks for, which the namespace enforces, and what goes beyond it."""
    assert "Namespace" not in rendered(variant), "who deletes the rest would delete the volume and the secrets"
    labels = yaml.safe_load((FOLDER / "namespace.yaml").read_text())["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    spec, own = pod(variant), container(variant)["securityContext"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["allowPrivilegeEscalation"] is False and own["readOnlyRootFilesystem"] is True
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert spec["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    user = re.search(r"^USER (\d+):(\d+)$", (REPOSITORY / "deploy/Containerfile").read_text(), re.MULTILINE)
    assert user
    context = spec["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (*map(int, user.groups()), int(user[2]))


@pytest.mark.parametrize("variant", VARIANTS)
def test_everything_is_found_by_its_name(variant: str) -> None:
    manifests = rendered(variant)
    stateful = manifests["StatefulSet"]["spec"]
    labels = stateful["template"]["metadata"]["labels"]
    assert stateful["selector"]["matchLabels"] == labels == manifests["Service"]["spec"]["selector"]
    assert manifests["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels
    assert stateful["serviceName"] == manifests["Service"]["metadata"]["name"]
    ports = {port["name"]: port["containerPort"] for port in container(variant)["ports"]}
    assert manifests["Service"]["spec"]["ports"][0]["targetPort"] in ports
    opened = [port["port"] for rule in manifests["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]]
    assert set(opened) == set(ports)
    settings = yaml.safe_load(manifests["ConfigMap"]["data"]["nps-collector.yaml"])
    assert ports == {"http": settings["http"]["port"], "admin": settings["admin"]["port"]}
    for name, probe in container(variant).items():
        if name.endswith("Probe"):
            assert probe["httpGet"]["path"] in {"/livez", "/readyz"} and probe["httpGet"]["port"] == "http"
    host = manifests["Ingress"]["spec"]["rules"][0]["host"]
    assert settings["http"]["public-url"] == f"https://{host}"
    annotations = [manifests[name]["metadata"]["annotations"] for name in ("Ingress", f"Ingress {WEBHOOKS}")]
    assert [entry[f"{NGINX}/enable-access-log"] for entry in annotations] == ["false", "false"], "links are credentials"
    assert ["non_idempotent" in str(entry) for entry in annotations] == [False, True]
    volumes = {volume["name"]: volume for volume in pod(variant)["volumes"]} | {
        claim["metadata"]["name"]: claim for claim in stateful.get("volumeClaimTemplates", [])
    }
    assert {mount["name"] for mount in container(variant)["volumeMounts"]} == set(volumes)
    assert volumes["settings"]["configMap"]["name"] == manifests["ConfigMap"]["metadata"]["name"]
    assert volumes["secrets"]["secret"]["secretName"] == example()["metadata"]["name"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_names_can_be_asked_of_the_cluster_and_of_the_node(variant: str) -> None:
    rules = rendered(variant)["NetworkPolicy"]["spec"]["egress"]
    (names,) = (rule for rule in rules if {"port": 53, "protocol": "UDP"} in rule["ports"])
    assert {"port": 53, "protocol": "TCP"} in names["ports"]
    assert any(peer.get("podSelector", {}).get("matchLabels") == {"k8s-app": "kube-dns"} for peer in names["to"])
    # What NodeLocal DNSCache listens at unless it was told otherwise.
    assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in names["to"]


def example() -> Manifest:
    return dict(yaml.safe_load((FOLDER / "secret.example.yaml").read_text()))


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_collector_takes_the_settings(variant: str, tmp_path: Path) -> None:
    """With this machine's places, and a certificate and keys in the place of the words of the example."""
    place = next(mount["mountPath"] for mount in container(variant)["volumeMounts"] if mount["name"] == "secrets")
    text = rendered(variant)["ConfigMap"]["data"]["nps-collector.yaml"]
    variables = {entry["name"]: entry.get("value", "pod-0") for entry in container(variant)["env"]}
    named = set(re.findall(rf"{place}/([\w.-]+)", text + json.dumps(variables)))
    assert named <= set(example()["stringData"])
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    values = {"link-keys": "k1:" + "A" * 43, "webhook-secret": "whsec_" + "A" * 43 + "="}
    for name in named:
        (secrets / name).write_text(values.get(name, "a-long-enough-secret-for-a-trial"))
    config = tmp_path / "nps-collector.yaml"
    config.write_text(text.replace(place, str(secrets)))
    # What a database says is for test_postgres.py; without it, check says that nobody answers there, and nothing else.
    database = variables.pop("QUEUE_URL", None)
    result = run_command(
        BINARY,
        *("check", "--json", "--config", config),
        directory=tmp_path,
        environment={name: value.replace(place, str(secrets)) for name, value in variables.items()},
    )
    assert result.returncode == 0, result.stderr
    origins = {entry["key"]: json.dumps(entry) for entry in json.loads(result.stdout)}
    assert "environment" in origins["queue.name"]
    assert (database is not None) == (variant == "postgres")
    if database:
        unreachable = run_command(
            *(BINARY, "check", "--config", config),
            directory=tmp_path,
            environment={
                name: value.replace(place, str(secrets))
                for name, value in variables.items() | {("QUEUE_URL", database)}
            },
        )
        # The database isn't here; a URL that can't be read would be a matter of the settings, which end with 78.
        assert unreachable.returncode == 69, unreachable.stderr


def test_the_variants_differ_where_their_queues_do() -> None:
    file, postgres = rendered("file"), rendered("postgres")
    assert (file["StatefulSet"]["spec"]["replicas"], postgres["StatefulSet"]["spec"]["replicas"]) == (1, 2)
    (claim,) = file["StatefulSet"]["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert file["StatefulSet"]["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Retain"
    workdir = re.search(r"^WORKDIR (/var\S+)$", (REPOSITORY / "deploy/Containerfile").read_text(), re.MULTILINE)
    assert workdir and workdir[1] in json.dumps(container("file")["volumeMounts"])
    assert "PodDisruptionBudget" in postgres and "PodDisruptionBudget" not in file
    ready = [container(variant)["readinessProbe"]["httpGet"]["path"] for variant in VARIANTS]
    assert ready == ["/livez", "/readyz"], "a single pod that isn't ready leaves nobody who says so"
    assert postgres["PodDisruptionBudget"]["spec"]["selector"] == postgres["StatefulSet"]["spec"]["selector"]
    # Whoever forwards and is stopped before it sends must not be a container's first process.
    assert pod("postgres")["shareProcessNamespace"] is True


def test_the_containerfile_is_tidy() -> None:
    result = run_command(TOOLS / "hadolint", "--no-color", REPOSITORY / "deploy/Containerfile")
    assert (result.returncode, result.stdout) == (0, "")

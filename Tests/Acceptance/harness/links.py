"""Link tokens as other programs make them, with two independent JOSE libraries."""

import base64
import json
import secrets
import time
from typing import Any

from joserfc import jwe as joserfc_jwe
from joserfc.jwk import OctKey
from jwcrypto import jwe, jwk

from harness import canary

HEADER = {"alg": "dir", "enc": "A256GCM", "kid": "new"}


def new_key() -> str:
    """256 random bits as the setting `survey.link-keys` takes them after the name of the key."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def claims(name: str, lifetime: int = 3600, **others: Any) -> dict[str, Any]:
    """The claims of a link for a person of this name that is valid for `lifetime` seconds."""
    return {"jti": name, "email": canary.address(name), "exp": int(time.time()) + lifetime, **others}


def by_jwcrypto(content: dict[str, Any], key: str, header: dict[str, Any] = HEADER) -> str:
    token = jwe.JWE(json.dumps(content), protected=json.dumps(header))
    token.add_recipient(jwk.JWK(kty="oct", k=key))
    return str(token.serialize(compact=True))


def by_joserfc(content: dict[str, Any], key: str, header: dict[str, Any] = HEADER) -> str:
    imported = OctKey.import_key(base64.urlsafe_b64decode(key + "="))
    return joserfc_jwe.encrypt_compact(header, json.dumps(content), imported)

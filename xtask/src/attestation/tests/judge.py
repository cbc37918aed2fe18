"""Judges an envelope with the libraries of those who wrote the specifications.

judge.py ENVELOPE PREDICATE_TYPE KEYID=ED25519_HEX...: every named key must have signed, over a valid statement.
"""

import json
import sys

from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

path, predicate_type, *named = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    envelope = Envelope.from_dict(json.load(file))
keys = []
for pair in named:
    keyid, public = pair.split("=")
    keys.append(SSlibKey(keyid, "ed25519", "ed25519", {"public": public}))
accepted = envelope.verify(keys, len(keys))
assert sorted(accepted) == sorted(key.keyid for key in keys), accepted

message = json_format.Parse(envelope.payload, statement_pb2.Statement())
statement = Statement.copy_from_pb(message)
statement.validate()
assert statement.pb.predicate_type == predicate_type, statement.pb.predicate_type
if predicate_type == "https://slsa.dev/provenance/v1":
    from in_toto_attestation.predicates.provenance.v1 import provenance_pb2

    # Parsing refuses every field that the specification does not have.
    predicate = json_format.MessageToJson(statement.pb.predicate)
    judged = json_format.Parse(predicate, provenance_pb2.Provenance())
    assert judged.build_definition.build_type, "buildType"
    assert judged.build_definition.external_parameters.fields, "externalParameters"
    assert judged.run_details.builder.id, "builder.id"
    for dependency in judged.build_definition.resolved_dependencies:
        assert dependency.name and dependency.digest, dependency
print("accepted", len(statement.pb.subject))

#!/bin/sh
# Makes the chains of this folder with openssl: in each file a leaf for ota.example.com and the root that signed
# it. The file's name says the root's key, the hash and the padding of the leaf's signature, and the leaf's
# key when it is not P-256. The keys are thrown away, so each run makes other certificates.
set -eu
into=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"
cat > ext <<'X'
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
[leaf]
subjectAltName=DNS:ota.example.com
extendedKeyUsage=serverAuth
X
key() {
    case $1 in
    p256) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 ;;
    p384) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 ;;
    p521) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 ;;
    secp256k1) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 ;;
    ed25519) openssl genpkey -algorithm ED25519 ;;
    ed448) openssl genpkey -algorithm ED448 ;;
    e3) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3 ;;
    rsa*) openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:${1#rsa}" ;;
    esac 2>/dev/null
}
# name, root's key, leaf's key, options of the leaf's signature
pair() {
    name=$1 root=$2 leaf=$3
    shift 3
    [ -f "$root.key" ] || key "$root" > "$root.key"
    [ -f "leaf-$leaf.key" ] || key "$leaf" > "leaf-$leaf.key"
    [ -f "$root.pem" ] || openssl req -x509 -new -key "$root.key" -subj "/O=Algorithms/CN=$root" -set_serial 1 \
        -days 27000 -config ext-req -extensions root -out "$root.pem"
    openssl req -new -key "leaf-$leaf.key" -subj "/CN=ota.example.com" -config ext-req -out leaf.csr
    openssl x509 -req -in leaf.csr -CA "$root.pem" -CAkey "$root.key" -set_serial 2 -days 27000 \
        -extfile ext -extensions leaf "$@" -out leaf.pem 2>/dev/null
    cat leaf.pem "$root.pem" > "$into/$name.pem"
}
{ printf '[req]\ndistinguished_name=dn\n[dn]\n'; cat ext; } > ext-req
for hash in sha256 sha384 sha512; do
    for root in p256 p384 rsa2048 rsa4096; do
        pair "$root-$hash" "$root" p256 "-$hash"
    done
    length=${hash#sha}
    pair "rsa2048-pss-$hash" rsa2048 p256 "-$hash" -sigopt rsa_padding_mode:pss -sigopt "rsa_pss_saltlen:$((length / 8))"
done
pair rsa2048-pss-sha256-salt-20 rsa2048 p256 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20
pair rsa2048-pss-sha256-mgf1-sha1 rsa2048 p256 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha1
pair rsa3072-sha256 rsa3072 p256 -sha256
pair e3-sha256 e3 p256 -sha256
pair rsa1024-sha256 rsa1024 p256 -sha256
pair rsa2047-sha256 rsa2047 p256 -sha256
pair rsa4104-sha256 rsa4104 p256 -sha256
pair rsa2048-sha1 rsa2048 p256 -sha1
pair rsa2048-sha224 rsa2048 p256 -sha224
pair p256-sha1 p256 p256 -sha1
pair p521-sha512 p521 p256 -sha512
pair p521-sha256 p521 p256 -sha256
pair secp256k1-sha256 secp256k1 p256 -sha256
pair ed25519 ed25519 p256
pair ed448 ed448 p256
for leaf in p384 rsa2048 rsa4096 rsa1024 rsa2047 rsa4104 p521 secp256k1 ed25519; do
    pair "p256-sha256-leaf-$leaf" p256 "$leaf" -sha256
done

// The verification of clients' chains: what is accepted, what is reported, who counts as the issuer.
#include "runtime/tls/verify.h"

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "runtime/tls/client_auth.h"
#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;
using namespace std::string_literals;

namespace {

constexpr std::int64_t day = 24 * 3600;

ChainVerdict verified(const std::vector<X509Ptr>& cas, const Identity& leaf,
                      const std::vector<X509*>& sent = {}, int depth = 4, std::int64_t at = pki::now()) {
  return verify_client_chain(make_anchor_store(cas).value().get(), leaf.certificate.get(), sent, depth, at);
}

std::string text(const ChainVerdict& verdict) { return verified_text(verdict.code); }

CertificateRequest with_usage(std::vector<std::string> usages) {
  CertificateRequest request;
  request.extended_key_usage = std::move(usages);
  return request;
}

/// An intermediate's certificate with nameConstraints.
Identity constrained(const Identity& ca, bool permitted, const std::string& dns) {
  return pki::bent(pki::intermediate(ca, "constrained"), ca, [&](X509* x) {
    const std::string value = (permitted ? "critical,permitted;DNS:" : "critical,excluded;DNS:") + dns;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_name_constraints, value.c_str());
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  });
}

/// An RSA public key of `bits` bits with no private half: making a real one takes minutes.
KeyPtr rsa_public_key(int bits) {
  BIGNUM *modulus = BN_new(), *exponent = BN_new();
  BN_rand(modulus, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
  BN_set_word(exponent, 65537);
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus);
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent);
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context);
  EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  BN_free(modulus);
  BN_free(exponent);
  return KeyPtr{key};
}

Identity with_key(const Identity& ca, const KeyPtr& key) {
  return pki::bent(pki::leaf(ca), ca, [&](X509* x) { X509_set_pubkey(x, key.get()); });
}

}  // namespace

TEST_CASE("T14: no CA, a leaf as CA, and a CA without basicConstraints make no store of anchors") {
  const auto ca = pki::root("ca");
  CHECK_FALSE(make_anchor_store({}));
  const auto leaf = make_anchor_store(pki::list_of(pki::leaf(ca)));
  REQUIRE_FALSE(leaf);
  CHECK(leaf.error().message.contains("'CN=client' is no CA"));
  const auto bare =
      pki::bent(pki::root("bare"), ca, [](X509* x) { pki::remove_extension(x, NID_basic_constraints); });
  CHECK_FALSE(make_anchor_store(pki::list_of(bare)));
}

TEST_CASE("a self-signed client is refused in Cloudflare's words") {
  const auto verdict = verified(pki::list_of(pki::root("ca")), make_self_signed({}).value());
  CHECK(text(verdict) == "FAILED:self signed certificate");
  CHECK(verdict.issuer == nullptr);
  CHECK(verdict.keys.empty());
}

TEST_CASE("a client of an unknown CA is refused as nginx words it: the last error wins") {
  const auto ca = pki::root("ca"), other = pki::root("other");
  CHECK(text(verified(pki::list_of(ca), pki::leaf(other))) ==
        "FAILED:unable to verify the first certificate");
  CertificateRequest expired;
  expired.not_before = pki::now() - 2 * day;
  expired.not_after = pki::now() - day;
  CHECK(text(verified(pki::list_of(ca), pki::leaf(other, expired))) == "FAILED:certificate has expired");
}

TEST_CASE("T36: an issuer that only the client sent is no known issuer") {
  const auto ca = pki::root("ca"), other = pki::root("other");
  const auto own = pki::intermediate(other, "own");
  const auto verdict = verified(pki::list_of(ca), pki::leaf(own), {own.certificate.get()});
  CHECK(verdict.code != X509_V_OK);
  CHECK(verdict.issuer == nullptr);
  CHECK(verdict.keys.empty());
}

TEST_CASE("T36: a further leaf in the sent chain has no part in the verdict") {
  const auto ca = pki::root("ca");
  const auto leaf = pki::leaf(ca), admin = pki::leaf(ca, {.subject = {{"CN", "admin"}}});
  const auto verdict = verified(pki::list_of(ca), leaf, {admin.certificate.get()});
  CHECK(verdict.code == X509_V_OK);
  REQUIRE(verdict.keys.size() == 1);
  CHECK(X509_cmp(verdict.issuer.get(), ca.certificate.get()) == 0);
}

TEST_CASE("a certificate of the right issuer's name with a wrong signature is refused, and has no issuer") {
  const auto ca = pki::root("ca"), twin = pki::root("ca");
  const auto forged = pki::bent(pki::leaf(ca), twin, [](X509*) {});
  const auto verdict = verified(pki::list_of(ca), forged);
  CHECK(text(verdict) == "FAILED:certificate signature failure");
  CHECK(verdict.issuer == nullptr);
  CHECK(verdict.keys.empty());
}

TEST_CASE("a chain over an intermediate is accepted, and asks for the leaf and the intermediate") {
  const auto ca = pki::root("ca");
  const auto middle = pki::intermediate(ca, "middle");
  const auto leaf = pki::leaf(middle);
  CHECK(text(verified(pki::list_of(ca), leaf)) == "FAILED:unable to verify the first certificate");
  const auto verdict = verified(pki::list_of(ca), leaf, {middle.certificate.get()});
  REQUIRE(verdict.code == X509_V_OK);
  CHECK(X509_cmp(verdict.issuer.get(), middle.certificate.get()) == 0);
  REQUIRE(verdict.keys.size() == 2);
  CHECK(verdict.keys[0].issuer == issuer_id_of(middle.certificate.get()));
  CHECK(verdict.keys[1].issuer == issuer_id_of(ca.certificate.get()));
  CHECK(verdict.keys[0].serial.size() == 16);
}

TEST_CASE("T36: the verified chain has the issuers that count, not what else the client sent, and no root") {
  const auto ca = pki::root("ca"), other = pki::root("other");
  const auto middle = pki::intermediate(ca, "middle"), admin = pki::leaf(ca, {.subject = {{"CN", "admin"}}});
  const auto leaf = pki::leaf(middle), direct = pki::leaf(ca);
  CHECK(verified(pki::list_of(other), leaf, {middle.certificate.get()}).issuers_der.empty());
  CHECK(verified(pki::list_of(ca), direct, {admin.certificate.get()}).issuers_der.empty());
  const auto verdict = verified(pki::list_of(ca), leaf,
                                {admin.certificate.get(), ca.certificate.get(), middle.certificate.get()});
  REQUIRE(verdict.code == X509_V_OK);
  CHECK(verdict.issuers_der == std::vector<Bytes>{middle.certificate_der()});
}

TEST_CASE("an intermediate alone is no anchor") {
  const auto middle = pki::intermediate(pki::root("ca"), "middle");
  CHECK(verified(pki::list_of(middle), pki::leaf(middle)).code != X509_V_OK);
}

TEST_CASE("T35: two CAs of one name are told apart by their keys") {
  const auto old_ca = pki::root("ca"), new_ca = pki::root("ca");
  const auto cas = pki::list_of(old_ca, new_ca);
  const auto old_verdict = verified(cas, pki::leaf(old_ca)), new_verdict = verified(cas, pki::leaf(new_ca));
  REQUIRE(old_verdict.code == X509_V_OK);
  REQUIRE(new_verdict.code == X509_V_OK);
  CHECK(old_verdict.keys[0].issuer == issuer_id_of(old_ca.certificate.get()));
  CHECK(new_verdict.keys[0].issuer == issuer_id_of(new_ca.certificate.get()));
  CHECK(old_verdict.keys[0].issuer != new_verdict.keys[0].issuer);
}

TEST_CASE("T03: dates are those of the moment asked for, and a success ends with the chain's first end") {
  const auto ca = pki::root("ca");
  CertificateRequest request;
  request.not_before = pki::now() - day;
  request.not_after = pki::now() + day;
  const auto leaf = pki::leaf(ca, request);
  const auto good = verified(pki::list_of(ca), leaf);
  CHECK(good.code == X509_V_OK);
  CHECK(good.good_until == request.not_after);
  CHECK(text(verified(pki::list_of(ca), leaf, {}, 4, pki::now() + 2 * day)) ==
        "FAILED:certificate has expired");
  const auto late_ca = pki::root("late", {.not_before = pki::now() - 9 * day});
  CertificateRequest later = request;
  later.not_before = pki::now() + day / 2;
  CHECK(text(verified(pki::list_of(late_ca), pki::leaf(late_ca, later))) ==
        "FAILED:certificate is not yet valid");
}

TEST_CASE("an expired certificate of a known CA still tells its issuer, for revocation and logs") {
  const auto ca = pki::root("ca");
  const auto verdict = verified(
      pki::list_of(ca), pki::leaf(ca, {.not_before = pki::now() - 2 * day, .not_after = pki::now() - day}));
  CHECK(text(verdict) == "FAILED:certificate has expired");
  CHECK(verdict.issuer != nullptr);
  CHECK(verdict.keys.size() == 1);
}

TEST_CASE("T39: the extended key usage must allow client authentication, or be absent") {
  const auto ca = pki::root("ca");
  const auto cas = pki::list_of(ca);
  CHECK(text(verified(cas, pki::leaf(ca, with_usage({"serverAuth"})))) ==
        "FAILED:unsupported certificate purpose");
  CHECK(text(verified(cas, pki::leaf(ca, with_usage({"anyExtendedKeyUsage"})))) ==
        "FAILED:unsupported certificate purpose");
  CHECK(text(verified(cas, pki::leaf(ca, with_usage({"serverAuth", "clientAuth"})))) == "SUCCESS");
  CHECK(text(verified(cas, pki::leaf(ca, with_usage({})))) == "SUCCESS");
}

TEST_CASE("T39: a key usage without digitalSignature, as a CA's may be, is no client's") {
  const auto ca = pki::root("ca");
  const auto wrong = pki::bent(pki::leaf(ca), ca, [](X509* x) {
    pki::remove_extension(x, NID_key_usage);
    X509_EXTENSION* extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_key_usage, "critical,keyCertSign,cRLSign");
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  });
  CHECK(text(verified(pki::list_of(ca), wrong)) == "FAILED:unsupported certificate purpose");
}

TEST_CASE("T39: a leaf cannot issue") {
  const auto ca = pki::root("ca");
  const auto leaf = pki::leaf(ca);
  const auto below = pki::leaf(leaf, {.subject = {{"CN", "below"}}});
  const auto verdict = verified(pki::list_of(ca), below, {leaf.certificate.get()});
  CHECK(verdict.code != X509_V_OK);
  CHECK(verdict.issuer == nullptr);
}

TEST_CASE("T39: path length and depth are kept") {
  const auto ca = pki::root("ca", {.path_length = 0});
  const auto middle = pki::intermediate(ca, "middle");
  CHECK(text(verified(pki::list_of(ca), pki::leaf(middle), {middle.certificate.get()})) ==
        "FAILED:path length constraint exceeded");
  const auto deep = pki::root("deep");
  const auto one = pki::intermediate(deep, "one"), two = pki::intermediate(one, "two");
  const auto leaf = pki::leaf(two);
  const std::vector<X509*> sent = {two.certificate.get(), one.certificate.get()};
  CHECK(verified(pki::list_of(deep), leaf, sent, 2).code == X509_V_OK);
  CHECK(verified(pki::list_of(deep), leaf, sent, 1).code != X509_V_OK);
}

TEST_CASE("T39: name constraints are kept") {
  const auto ca = pki::root("ca");
  const auto only = constrained(ca, true, "good.example"), never = constrained(ca, false, "bad.example");
  const auto verdict = [&](const Identity& middle, const std::string& dns) {
    return text(verified(pki::list_of(ca), pki::leaf(middle, {.dns = {dns}}), {middle.certificate.get()}));
  };
  CHECK(verdict(only, "a.good.example") == "SUCCESS");
  CHECK(verdict(only, "a.evil.example") == "FAILED:permitted subtree violation");
  CHECK(verdict(never, "a.bad.example") == "FAILED:excluded subtree violation");
  CHECK(verdict(never, "a.good.example") == "SUCCESS");
}

TEST_CASE("T39: an unknown critical extension refuses, an unknown other does not") {
  const auto ca = pki::root("ca");
  CHECK(verified(pki::list_of(ca), pki::leaf(ca, {.extensions = {{"1.2.3.4", {0x05, 0x00}}}})).code ==
        X509_V_OK);
  const auto critical = pki::bent(pki::leaf(ca), ca, [](X509* x) {
    X509_EXTENSION* extension = X509V3_EXT_conf(nullptr, nullptr, "1.2.3.4", "critical,DER:0500");
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  });
  CHECK(text(verified(pki::list_of(ca), critical)) == "FAILED:unhandled critical extension");
}

TEST_CASE("T39: a certificate of version 1 is a client's, never an intermediate's") {
  const auto ca = pki::root("ca");
  const auto old = [&](Identity identity) {
    return pki::bent(std::move(identity), ca, [](X509* x) {
      while (X509_get_ext_count(x) > 0) X509_EXTENSION_free(X509_delete_ext(x, 0));
      X509_set_version(x, X509_VERSION_1);
    });
  };
  CHECK(verified(pki::list_of(ca), old(pki::leaf(ca))).code == X509_V_OK);
  const auto middle = old(pki::intermediate(ca, "middle"));
  CHECK(verified(pki::list_of(ca), pki::leaf(middle), {middle.certificate.get()}).code != X509_V_OK);
}

TEST_CASE("T30: a name with a NUL fails a certificate that is otherwise good") {
  const auto ca = pki::root("ca");
  CHECK(text(verified(pki::list_of(ca), pki::leaf(ca, {.dns = {"good.example\0.evil"s}}))) == "FAILED");
}

TEST_CASE("T34: serials of up to 20 octets are accepted, longer ones fail") {
  const auto ca = pki::root("ca");
  const auto verdict = [&](Bytes serial) {
    return text(verified(pki::list_of(ca), pki::leaf(ca, {.serial = std::move(serial)})));
  };
  Bytes signed_twenty(21, 0x80);
  signed_twenty[0] = 0;
  CHECK(verdict({0x00}) == "SUCCESS");
  CHECK(verdict({0xFF}) == "SUCCESS");
  CHECK(verdict(Bytes(20, 0x11)) == "SUCCESS");
  CHECK(verdict(signed_twenty) == "SUCCESS");
  CHECK(verdict(Bytes(21, 0x11)) == "FAILED");
}

TEST_CASE("T40: an RSA key of more than 8192 bits is not even looked at") {
  const auto ca = pki::root("ca");
  const auto huge = with_key(ca, rsa_public_key(16384));
  CHECK(text(verified(pki::list_of(ca), huge)) == "FAILED");
  CHECK(text(verified(pki::list_of(ca), pki::leaf(ca), {huge.certificate.get()})) == "FAILED");
  CHECK(text(verified(pki::list_of(ca), with_key(ca, rsa_public_key(8192)))) == "SUCCESS");
}

TEST_CASE("T40: a hundred intermediates that lead nowhere end in an error") {
  const auto ca = pki::root("ca"), other = pki::root("other");
  std::vector<Identity> chain;
  chain.push_back(pki::intermediate(other, "0"));
  for (int i = 1; i < 100; ++i) chain.push_back(pki::intermediate(chain.back(), std::to_string(i)));
  std::vector<X509*> sent;
  for (const auto& identity : chain) sent.push_back(identity.certificate.get());
  CHECK(verified(pki::list_of(ca), pki::leaf(chain.back()), sent).code != X509_V_OK);
}

TEST_CASE("T41: RSA of 1024 bits and signatures over SHA-1 are too weak") {
  const auto ca = pki::root("ca");
  CHECK(text(verified(pki::list_of(ca), with_key(ca, rsa_public_key(1024)))) == "FAILED");
  CHECK(text(verified(pki::list_of(ca), pki::bent(pki::leaf(ca), ca, [](X509*) {}, EVP_sha1()))) == "FAILED");
}

TEST_CASE("strict: a CA that requires a policy is obeyed, whichever policy it is, and only there") {
  const auto ca = pki::root("ca");
  const std::string certificate_policies = "2.5.29.32", policy_constraints = "2.5.29.36";
  const Bytes policy = {0x30, 7, 0x30, 5, 6, 3, 0x2A, 3, 4};  // 1.2.3.4 alone
  CertificateRequest request;
  request.subject = {{"CN", "demanding"}};
  request.ca = true;
  request.extended_key_usage.clear();
  // requireExplicitPolicy 0: from here on.
  request.extensions = {{certificate_policies, policy}, {policy_constraints, {0x30, 3, 0x80, 1, 0}}};
  const auto demanding = issue(ca, request).value();
  CertificateRequest asserting;
  asserting.extensions = {{certificate_policies, policy}};
  const auto good = pki::leaf(demanding, asserting), bad = pki::leaf(demanding);
  const auto verified_by = [&](const AnchorRules& rules, const Identity& leaf) {
    const auto store = make_anchor_store(pki::list_of(ca), rules).value();
    return text(verify_client_chain(store.get(), leaf.certificate.get(), {demanding.certificate.get()}, 4,
                                    pki::now()));
  };
  CHECK(verified_by({.strict = true}, bad) == "FAILED:no explicit policy");
  CHECK(verified_by({.strict = true}, good) == "SUCCESS");
  CHECK(verified_by({.strict = true, .policies = {"1.2.3.5"}}, good) == "FAILED:no explicit policy");
  CHECK(verified_by({}, bad) == "SUCCESS");
}

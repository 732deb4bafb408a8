// Runs OpenSSL's verification of a client's chain and reads its result.
#include "runtime/tls/verify.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::tls {
namespace {

/// Larger RSA keys cost a strangers' handshake milliseconds of our CPU (T40).
constexpr int rsa_bits_max = 8192;
/// RFC 5280 section 4.1.2.2.
constexpr std::size_t serial_octets_max = 20;

struct ContextFree {
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
};
struct StackFree {
  void operator()(STACK_OF(X509) * p) const { sk_X509_free(p); }
};

/// What the callback notes. As in nginx every error is passed over and the last one is reported.
struct Notes {
  int last_error = X509_V_OK;
  std::vector<ChainProblem> problems;
  bool issuer_is_doubtful = false;  ///< an error above the leaf, or in its signature
};

int note_error(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  auto& notes = *static_cast<Notes*>(X509_STORE_CTX_get_app_data(context));
  notes.last_error = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  notes.problems.push_back({.code = notes.last_error, .depth = depth});
  if (depth > 0) notes.issuer_is_doubtful = true;
  switch (notes.last_error) {
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
    case X509_V_ERR_NO_ISSUER_PUBLIC_KEY:
      notes.issuer_is_doubtful = true;
      break;
    default:
      break;
  }
  return 1;
}

bool key_is_too_large(const X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  return key != nullptr && EVP_PKEY_get_bits(key) > rsa_bits_max;
}

/// What RFC 5280 forbids in a leaf and OpenSSL lets pass: a serial number of more than 20 octets (T34; the
/// sign's 00 is not counted, as CAs exist that don't) and a name with a NUL inside (T30).
bool is_malformed(const X509* leaf) {
  const Bytes octets = integer_octets(X509_get0_serialNumber(leaf));
  BytesView serial = octets;
  if (serial.size() > 1 && serial[0] == 0) serial = serial.subspan(1);
  return serial.size() > serial_octets_max || !check_names(leaf);
}

/// The keys that revocation lists are asked for. A root's own is not: nobody could revoke it but itself.
std::vector<RevocationKey> revocation_keys(STACK_OF(X509) * chain) {
  std::vector<RevocationKey> keys;
  const int size = sk_X509_num(chain);
  X509* const anchor = sk_X509_value(chain, size - 1);
  for (int i = 0; i < std::max(size - 1, 1); ++i)
    keys.push_back(revocation_key_of(sk_X509_value(chain, i),
                                     i + 1 < size ? sk_X509_value(chain, i + 1) : anchor, anchor));
  return keys;
}

void read_chain(X509_STORE_CTX* context, const Notes& notes, ChainVerdict& verdict) {
  STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
  const int size = chain == nullptr ? 0 : sk_X509_num(chain);
  for (int i = 0; i < size; ++i) {
    X509* const certificate = sk_X509_value(chain, i);
    X509_up_ref(certificate);
    verdict.chain.emplace_back(certificate);
    const auto until = seconds_of(X509_get0_notAfter(certificate)).value_or(0);
    verdict.good_until = i == 0 ? until : std::min(verdict.good_until, until);
  }
  // An issuer that the client sent and no anchor vouches for, or may not issue, is a claim, not a fact (T36).
  const bool anchored = size > X509_STORE_CTX_get_num_untrusted(context);
  if (!anchored || notes.issuer_is_doubtful) return;
  X509* issuer = sk_X509_value(chain, size > 1 ? 1 : 0);
  X509_up_ref(issuer);
  verdict.issuer.reset(issuer);
  verdict.keys = revocation_keys(chain);
  for (int i = 1; i + 1 < size; ++i)
    verdict.issuers_der.push_back(certificate_to_der(sk_X509_value(chain, i)));
}

struct PolicyStackFree {
  void operator()(STACK_OF(ASN1_OBJECT) * p) const { sk_ASN1_OBJECT_pop_free(p, ASN1_OBJECT_free); }
};

struct ObjectFree {
  void operator()(ASN1_OBJECT* p) const { ASN1_OBJECT_free(p); }
};
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, ObjectFree>;

ObjectPtr object_of(const std::string& dotted) {
  constexpr int no_names = 1;
  return ObjectPtr{OBJ_txt2obj(dotted.c_str(), no_names)};
}

/// RFC 5280 section 6.1.1 (c): the policies as user-initial-policy-set.
void set_policies(X509_VERIFY_PARAM* parameters, const std::vector<std::string>& policies) {
  const std::unique_ptr<STACK_OF(ASN1_OBJECT), PolicyStackFree> set{sk_ASN1_OBJECT_new_null()};
  for (const std::string& policy : policies) {
    ObjectPtr object = object_of(policy);
    check(object != nullptr);
    check(sk_ASN1_OBJECT_push(set.get(), object.release()) > 0);
  }
  check(X509_VERIFY_PARAM_set1_policies(parameters, set.get()) == 1);
}

/// An empty set would be any policy to OpenSSL until a CA of the chain asks for one, and none from then on.
constexpr const char* any_policy = "2.5.29.32.0";

}  // namespace

ChainVerdict verify_client_chain(X509_STORE* anchors, X509* leaf, const std::vector<X509*>& sent,
                                 int depth_max, std::int64_t now) {
  const ErrorMark mark;
  ChainVerdict verdict;
  verdict.code = X509_V_ERR_UNSPECIFIED;
  if (key_is_too_large(leaf) || std::ranges::any_of(sent, key_is_too_large)) return verdict;

  const std::unique_ptr<STACK_OF(X509), StackFree> untrusted{sk_X509_new_null()};
  for (X509* certificate : sent) sk_X509_push(untrusted.get(), certificate);
  const std::unique_ptr<X509_STORE_CTX, ContextFree> context{X509_STORE_CTX_new()};
  if (!context || X509_STORE_CTX_init(context.get(), anchors, leaf, untrusted.get()) != 1) return verdict;
  check(X509_STORE_CTX_set_default(context.get(), "ssl_client") == 1);
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_depth(parameters, depth_max);
  // What the anchors ask for, or else:
  if (X509_VERIFY_PARAM_get_auth_level(parameters) < 0)
    X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
  X509_VERIFY_PARAM_set_time(parameters, now);
  Notes notes;
  X509_STORE_CTX_set_app_data(context.get(), &notes);
  X509_STORE_CTX_set_verify_cb(context.get(), note_error);

  const int result = X509_verify_cert(context.get());
  verdict.code = notes.last_error;
  // Failures that OpenSSL does not ask the callback about, such as no memory.
  if (result != 1 && verdict.code == X509_V_OK) {
    verdict.code = X509_STORE_CTX_get_error(context.get());
    if (verdict.code == X509_V_OK) verdict.code = X509_V_ERR_UNSPECIFIED;
  }
  read_chain(context.get(), notes, verdict);
  verdict.problems = std::move(notes.problems);
  if (verdict.code == X509_V_OK && (verdict.issuer == nullptr || is_malformed(leaf)))
    verdict.code = X509_V_ERR_UNSPECIFIED;
  return verdict;
}

bool is_object_identifier(const std::string& text) {
  const ErrorMark mark;
  return object_of(text) != nullptr;
}

bool is_self_issued(const X509* certificate) {
  return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

Result<StorePtr> make_anchor_store(const std::vector<X509Ptr>& cas, const AnchorRules& rules) {
  const ErrorMark mark;
  // Never a fallback to the system's roots: they vouch for millions of strangers (T14).
  if (cas.empty()) return fail(ErrorKind::config, "there is no client CA");
  StorePtr store{X509_STORE_new()};
  check(store != nullptr);
  if (rules.anchors == TrustAnchors::any) X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM* const parameters = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, rules.level);
  if (rules.strict) {
    X509_STORE_set_flags(store.get(), X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK);
    if (rules.policies.empty()) set_policies(parameters, {any_policy});
  }
  if (!rules.policies.empty()) {
    set_policies(parameters, rules.policies);
    // Section 6.1.1 (e).
    X509_STORE_set_flags(store.get(), X509_V_FLAG_EXPLICIT_POLICY);
  }
  for (const X509Ptr& ca : cas) {
    const std::string name = name_rfc2253(X509_get_subject_name(ca.get()));
    constexpr int by_basic_constraints = 1;
    if (X509_check_ca(ca.get()) != by_basic_constraints) {
      return fail(ErrorKind::config,
                  "'" + name + "' is no CA certificate (basicConstraints CA:TRUE is missing)");
    }
    if (key_is_too_large(ca.get())) {
      return fail(ErrorKind::config,
                  "the key of CA '" + name + "' has more than " + std::to_string(rsa_bits_max) + " bits");
    }
    if (X509_STORE_add_cert(store.get(), ca.get()) != 1)
      return fail(ErrorKind::config, "CA '" + name + "': " + openssl_reason());
  }
  return store;
}

}  // namespace edge::tls

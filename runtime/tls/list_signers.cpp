// Finds out who may sign revocation lists, and merges deltas into the lists that they change.
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>

#include "runtime/tls/asn1.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/crl_entries.h"
#include "runtime/tls/distinguished_name.h"
#include "runtime/tls/verify.h"

namespace edge::tls {
namespace {

struct ContextFree {
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
};
struct StackFree {
  void operator()(STACK_OF(X509) * p) const { sk_X509_free(p); }
};

X509Ptr shared(X509* certificate) {
  X509_up_ref(certificate);
  return X509Ptr{certificate};
}

/// The certificates of one signer's verification.
class Chains {
 public:
  Chains(const SignerSources& sources, std::int64_t now)
      : store_(X509_STORE_new()), untrusted_(sk_X509_new_null()), now_(now) {
    for (const X509Ptr& ca : sources.cas) X509_STORE_add_cert(store_.get(), ca.get());
    for (const X509Ptr& other : sources.others) sk_X509_push(untrusted_.get(), other.get());
    if (sources.anchors == TrustAnchors::any) X509_STORE_set_flags(store_.get(), X509_V_FLAG_PARTIAL_CHAIN);
  }

  /// The signer with what its chain says of it; the error when it has none.
  Result<ListSigner> of(X509* certificate) const {
    const std::unique_ptr<X509_STORE_CTX, ContextFree> context{X509_STORE_CTX_new()};
    check(context && X509_STORE_CTX_init(context.get(), store_.get(), certificate, untrusted_.get()) == 1);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
    X509_VERIFY_PARAM_set_time(parameters, now_);
    if (X509_verify_cert(context.get()) != 1)
      return fail(ErrorKind::config, X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
    STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    const int size = sk_X509_num(chain);
    X509* anchor = sk_X509_value(chain, size - 1);
    ListSigner signer = alone(certificate);
    signer.id.anchor = issuer_id_of(anchor);
    for (int i = 0; i + 1 < size; ++i)
      signer.keys.push_back(revocation_key_of(sk_X509_value(chain, i), sk_X509_value(chain, i + 1), anchor));
    return signer;
  }

  static ListSigner alone(X509* certificate) {
    const IssuerId id = issuer_id_of(certificate);
    return {.certificate = shared(certificate),
            .id = {.issuer = id, .name = name_id_of(X509_get_subject_name(certificate)), .anchor = id},
            .keys = {}};
  }

 private:
  StorePtr store_;
  std::unique_ptr<STACK_OF(X509), StackFree> untrusted_;
  std::int64_t now_;
};

/// Orders numbers that have no leading 00.
bool is_less(const Bytes& a, const Bytes& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

/// An entry's issuer and serial, comparable between two lists.
using EntryName = std::pair<NameId, Bytes>;
EntryName name_of(const Crl& list, const RevokedEntry& entry) {
  const BytesView serial = entry.serial;
  return {entry.issuer == 0 ? list.by.name : list.other_issuers[entry.issuer - 1],
          Bytes(serial.begin(), serial.end())};
}

bool applies_to(const Crl& delta, const Crl& complete, const Bytes& number) {
  const bool same_issuer = delta.by.name == complete.by.name && delta.by.anchor == complete.by.anchor;
  return !complete.base && same_issuer && delta.scope == complete.scope && !complete.number.empty() &&
         !is_less(number, *delta.base) && is_less(number, delta.number);
}

std::uint16_t index_of_issuer(Crl& list, const NameId& issuer) {
  if (issuer == list.by.name) return 0;
  auto at = std::ranges::find(list.other_issuers, issuer);
  if (at == list.other_issuers.end()) at = list.other_issuers.insert(at, issuer);
  return static_cast<std::uint16_t>(at - list.other_issuers.begin() + 1);
}

/// What a delta says was said again, or taken back, by a complete list that is newer.
bool is_outdated(const Crl& delta, const std::vector<Crl>& lists) {
  return std::ranges::any_of(lists, [&](const Crl& complete) {
    return !complete.base && delta.by.name == complete.by.name && delta.by.anchor == complete.by.anchor &&
           delta.scope == complete.scope && !complete.number.empty() &&
           !is_less(complete.number, delta.number);
  });
}

void apply(const Crl& delta, Crl& complete) {
  std::map<EntryName, RevokedEntry> changes;
  for (const RevokedEntry& entry : delta.entries) changes.insert_or_assign(name_of(delta, entry), entry);
  std::erase_if(complete.entries,
                [&](const RevokedEntry& entry) { return changes.contains(name_of(complete, entry)); });
  for (const auto& [name, change] : changes) {
    if (change.reason == remove_from_crl) continue;
    complete.entries.push_back(change);
    complete.entries.back().issuer = index_of_issuer(complete, name.first);
  }
  complete.this_update = std::max(complete.this_update, delta.this_update);
  complete.next_update = std::max(complete.next_update, delta.next_update);
}

}  // namespace

std::vector<ListSigner> list_signers(const SignerSources& sources, std::int64_t now,
                                     std::vector<std::string>* left_out) {
  const ErrorMark mark;
  const Chains chains(sources, now);
  std::vector<ListSigner> signers;
  for (const X509Ptr& ca : sources.cas) {
    // A configured CA signs lists whatever became of its own certificate since: they can only revoke more.
    auto signer = chains.of(ca.get());
    signers.push_back(signer ? std::move(*signer) : Chains::alone(ca.get()));
  }
  for (const X509Ptr& other : sources.others) {
    auto signer = chains.of(other.get());
    if (signer) {
      signers.push_back(std::move(*signer));
    } else if (left_out != nullptr) {
      left_out->push_back("'" + name_rfc2253(X509_get_subject_name(other.get())) +
                          "' does not verify with a CA of client_ca: " + signer.error().message);
    }
  }
  return signers;
}

void merge_deltas(std::vector<Crl>& lists) {
  std::vector<const Crl*> deltas;
  for (const Crl& list : lists)
    if (list.base && !is_outdated(list, lists)) deltas.push_back(&list);
  std::ranges::sort(deltas, [](const Crl* a, const Crl* b) { return is_less(a->number, b->number); });
  std::vector<const Crl*> merged;
  for (Crl& complete : lists) {
    Bytes number = complete.number;
    for (const Crl* delta : deltas) {
      if (!applies_to(*delta, complete, number)) continue;
      apply(*delta, complete);
      number = delta->number;
      merged.push_back(delta);
    }
  }
  std::erase_if(lists, [&](const Crl& list) {
    const bool is_merged = std::ranges::find(merged, &list) != merged.end();
    const bool is_waiting = std::ranges::find(deltas, &list) != deltas.end();
    return list.base && (is_merged || !is_waiting);
  });
}

}  // namespace edge::tls

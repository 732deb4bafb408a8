// Revocation lists: the forms they come in, and every reason to refuse one.
#include "runtime/tls/crl.h"

#include <doctest/doctest.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;

namespace {

constexpr std::int64_t day = 24 * 3600;

Result<std::vector<Crl>> parsed(BytesView bytes, const std::vector<X509Ptr>& cas) {
  return parse_crls(bytes, "list.crl", cas, pki::now());
}

std::string refusal(BytesView bytes, const std::vector<X509Ptr>& cas) {
  const auto lists = parsed(bytes, cas);
  if (lists) return "not refused";
  CHECK(lists.error().message.starts_with("list.crl: "));
  CHECK(lists.error().kind == ErrorKind::config);
  return lists.error().message;
}

/// A list that `ca`, whose key is RSA, signs by RSA-PSS.
Bytes pss_list(const Identity& ca, const EVP_MD* digest) {
  const auto der = make_crl(ca, {}).value();
  const unsigned char* at = der.data();
  const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()))};
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* padding = nullptr;
  EVP_DigestSignInit(context, &padding, digest, nullptr, ca.key.get());
  EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING);
  CHECK(X509_CRL_sign_ctx(list.get(), context) > 0);
  EVP_MD_CTX_free(context);
  unsigned char* made = nullptr;
  const int size = i2d_X509_CRL(list.get(), &made);
  Bytes bytes(made, made + size);
  OPENSSL_free(made);
  return bytes;
}

/// A list with `change` applied before `ca` signs it.
template <class Change>
Bytes bent_list(const Identity& ca, const CrlRequest& request, Change change,
                const EVP_MD* digest = EVP_sha256()) {
  const auto der = make_crl(ca, request).value();
  const unsigned char* at = der.data();
  const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()))};
  change(list.get());
  X509_CRL_sign(list.get(), ca.key.get(), digest);
  unsigned char* made = nullptr;
  const int size = i2d_X509_CRL(list.get(), &made);
  Bytes bytes(made, made + size);
  OPENSSL_free(made);
  return bytes;
}

void add_extension(X509_CRL* list, const char* oid, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf(nullptr, nullptr, oid, value);
  X509_CRL_add_ext(list, extension, -1);
  X509_EXTENSION_free(extension);
}

void add_entry_extension(X509_CRL* list, const char* oid, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf(nullptr, nullptr, oid, value);
  X509_REVOKED_add_ext(sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), 0), extension, -1);
  X509_EXTENSION_free(extension);
}

void remove_extension(X509_CRL* list, int nid) {
  X509_EXTENSION_free(X509_CRL_delete_ext(list, X509_CRL_get_ext_by_NID(list, nid, -1)));
}

}  // namespace

TEST_CASE("T59: what holds no list is refused") {
  const auto cas = pki::list_of(pki::root("ca"));
  for (const std::string text :
       {"", "\n", "garbage", "<!doctype html><title>Log in</title>", "0", "0\x82\xff\xff", "AAAA"}) {
    CHECK(refusal(as_bytes(text), cas) != "not refused");
  }
  CHECK(refusal(as_bytes(pki::root("ca").certificate_pem()), cas).contains("other PEM"));
}

TEST_CASE("T59: a list that is cut off or followed by bytes is refused") {
  const auto ca = pki::root("ca");
  const auto der = make_crl(ca, {.serials = {{5}}}).value();
  for (std::size_t size = 1; size < der.size(); ++size)
    CHECK(refusal(BytesView(der).first(size), pki::list_of(ca)) != "not refused");
  auto longer = der;
  longer.push_back('\n');
  CHECK(refusal(longer, pki::list_of(ca)).contains("bytes follow"));
  const std::string pem = pem_of_crl(der);
  CHECK(refusal(as_bytes(pem).first(pem.size() - 20), pki::list_of(ca)).contains("cut off"));
}

TEST_CASE("T50: a list of an unknown issuer is refused and names it") {
  const auto der = make_crl(pki::root("stranger"), {}).value();
  CHECK(refusal(der, pki::list_of(pki::root("ca")))
            .contains("'CN=stranger' is none of the configured client CAs"));
  CHECK(refusal(der, {}).contains("CN=stranger"));
}

TEST_CASE("T50: the right name and a wrong key are refused") {
  const auto der = make_crl(pki::root("ca"), {.serials = {{5}}}).value();
  CHECK(refusal(der, pki::list_of(pki::root("ca"))).contains("signature"));
}

TEST_CASE("T50: one changed bit refuses a list, wherever it is") {
  const auto ca = pki::root("ca");
  const auto der = make_crl(ca, {.serials = {{5}, {6}, {7}}, .reason = 1}).value();
  for (std::size_t i = 0; i < der.size(); ++i) {
    auto changed = der;
    changed[i] ^= 0x01;
    CHECK(refusal(changed, pki::list_of(ca)) != "not refused");
  }
}

TEST_CASE("T50: a CA without cRLSign signs no list; one without any key usage does") {
  const auto ca = pki::root("ca");
  const auto without = pki::bent(pki::root("ca"), ca, [](X509* x) {
    pki::remove_extension(x, NID_key_usage);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_key_usage, "critical,keyCertSign");
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  });
  CHECK(refusal(make_crl(without, {}).value(), pki::list_of(without)).contains("cRLSign"));
  const auto free = pki::bent(pki::root("ca"), ca, [](X509* x) { pki::remove_extension(x, NID_key_usage); });
  CHECK(parsed(make_crl(free, {}).value(), pki::list_of(free)).has_value());
}

TEST_CASE("T35: among CAs of one name the one whose key signed the list is its issuer") {
  const auto first = pki::root("ca"), second = pki::root("ca");
  const auto lists =
      parsed(make_crl(second, {.serials = {{5}}}).value(), pki::list_of(first, second)).value();
  REQUIRE(lists.size() == 1);
  CHECK(lists[0].by.issuer == issuer_id_of(second.certificate.get()));
  CHECK(lists[0].by.issuer != issuer_id_of(first.certificate.get()));
}

TEST_CASE("T51: an expired list is read") {
  const auto ca = pki::root("ca");
  const auto lists = parsed(make_crl(ca, {.serials = {{5}},
                                          .this_update = pki::now() - 9 * day,
                                          .next_update = pki::now() - 2 * day})
                                .value(),
                            pki::list_of(ca))
                         .value();
  CHECK(lists[0].entries.size() == 1);
  CHECK(lists[0].next_update < pki::now());
}

TEST_CASE("T52: a list of the future is refused, one from a clock a little ahead is not") {
  const auto ca = pki::root("ca");
  CHECK(
      refusal(make_crl(ca, {.this_update = pki::now() + 3600}).value(), pki::list_of(ca)).contains("future"));
  CHECK(parsed(make_crl(ca, {.this_update = pki::now() + 60}).value(), pki::list_of(ca)).has_value());
}

TEST_CASE("T52: nextUpdate may be absent") {
  const auto ca = pki::root("ca");
  const auto lists =
      parsed(make_crl(ca, {.serials = {{5}}, .next_update = -1}).value(), pki::list_of(ca)).value();
  CHECK(lists[0].next_update == 0);
  CHECK(lists[0].entries.size() == 1);
}

TEST_CASE("T53: an empty list is valid") {
  const auto ca = pki::root("ca");
  CHECK(parsed(make_crl(ca, {}).value(), pki::list_of(ca)).value()[0].entries.empty());
}

TEST_CASE("T54: reasons are told, a hold too, and removeFromCRL revokes nothing") {
  const auto ca = pki::root("ca");
  for (const int reason : {0, 1, 6, 10}) {
    const auto entries =
        parsed(make_crl(ca, {.serials = {{5}}, .reason = static_cast<std::uint8_t>(reason)}).value(),
               pki::list_of(ca))
            .value()[0]
            .entries;
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].reason == reason);
  }
  CHECK(parsed(make_crl(ca, {.serials = {{5}}, .reason = 8}).value(), pki::list_of(ca))
            .value()[0]
            .entries.empty());
}

TEST_CASE("T54: invalidityDate is passed over, critical or not") {
  const auto ca = pki::root("ca");
  for (const char* value :
       {"DER:180F32303235303130313030303030305A", "critical,DER:180F32303235303130313030303030305A"}) {
    const auto der = bent_list(ca, {.serials = {{5}}},
                               [&](X509_CRL* list) { add_entry_extension(list, "2.5.29.24", value); });
    CHECK(parsed(der, pki::list_of(ca)).value()[0].entries.size() == 1);
  }
}

TEST_CASE("T55: a delta list without a CRL number is refused; with one it says what it follows upon") {
  const auto ca = pki::root("ca");
  const auto delta = [&](std::optional<std::uint64_t> number) {
    return bent_list(ca, {.number = number},
                     [](X509_CRL* list) { add_extension(list, "2.5.29.27", "critical,DER:020101"); });
  };
  CHECK(refusal(delta(std::nullopt), pki::list_of(ca)).contains("a delta without a CRLNumber"));
  CHECK(parsed(delta(2), pki::list_of(ca)).value()[0].base == Bytes{1});
}

TEST_CASE("a CRLNumber that is critical or too long is refused") {
  const auto ca = pki::root("ca");
  for (const char* value : {"critical,DER:020105", "DER:021601010101010101010101010101010101010101010101"}) {
    const auto der = bent_list(ca, {.number = std::nullopt},
                               [&](X509_CRL* list) { add_extension(list, "2.5.29.20", value); });
    CHECK(refusal(der, pki::list_of(ca)).contains("CRLNumber"));
  }
}

TEST_CASE("T56: an unknown critical extension of the list or of an entry refuses it") {
  const auto ca = pki::root("ca");
  const auto of_list =
      bent_list(ca, {}, [](X509_CRL* list) { add_extension(list, "1.2.3.4", "critical,DER:0500"); });
  CHECK(refusal(of_list, pki::list_of(ca)).contains("unknown critical extension, 1.2.3.4"));
  const auto of_entry = bent_list(ca, {.serials = {{5}}}, [](X509_CRL* list) {
    add_entry_extension(list, "1.2.3.4", "critical,DER:0500");
  });
  CHECK(refusal(of_entry, pki::list_of(ca)).contains("entry 1 has an unknown critical extension"));
  const auto harmless = bent_list(ca, {.serials = {{5}}}, [](X509_CRL* list) {
    add_extension(list, "1.2.3.4", "DER:0500");
    add_entry_extension(list, "1.2.3.4", "DER:0500");
  });
  CHECK(parsed(harmless, pki::list_of(ca)).has_value());
}

TEST_CASE("T58: what a partition speaks for is read; one that contradicts itself is refused") {
  const auto ca = pki::root("ca");
  const auto with = [&](const char* value) {
    return bent_list(ca, {}, [&](X509_CRL* list) { add_extension(list, "2.5.29.28", value); });
  };
  CHECK(parsed(with("critical,DER:30038101FF"), pki::list_of(ca)).value()[0].scope.only_users);
  const auto reasons = parsed(with("critical,DER:300483020560"), pki::list_of(ca)).value()[0].scope.reasons;
  CHECK(reasons == (1 << 1 | 1 << 2));
  CHECK(refusal(with("critical,DER:30068101FF8201FF"), pki::list_of(ca)).contains("contradicts itself"));
  CHECK(refusal(with("critical,DER:0500"), pki::list_of(ca)) != "not refused");
}

TEST_CASE("an intermediate that clients send signs lists once it is named, and a stranger never") {
  const auto ca = pki::root("ca"), stranger = pki::root("stranger");
  const auto middle = pki::intermediate(ca, "middle");
  const auto der = make_crl(middle, {.serials = {{5}}}).value();
  CHECK(refusal(der, pki::list_of(ca)).contains("none of the configured client CAs"));
  std::vector<std::string> left_out;
  const auto signers = list_signers({.cas = pki::list_of(ca), .others = pki::list_of(middle, stranger)},
                                    pki::now(), &left_out);
  const auto lists = parse_crls(der, "list.crl", signers, pki::now()).value();
  CHECK(lists[0].by.issuer == issuer_id_of(middle.certificate.get()));
  CHECK(lists[0].by.anchor == issuer_id_of(ca.certificate.get()));
  CHECK(lists[0].signer_keys.size() == 1);
  REQUIRE(left_out.size() == 1);
  CHECK(left_out[0].starts_with("'CN=stranger' does not verify"));
}

TEST_CASE("T41: a list signed over SHA-1 is refused") {
  const auto ca = pki::root("ca");
  CHECK(refusal(bent_list(ca, {}, [](X509_CRL*) {}, EVP_sha1()), pki::list_of(ca)).contains("too weak"));
}

TEST_CASE("T41: a list signed by RSA-PSS over SHA-1 is refused, over SHA-256 it counts") {
  const auto ca = pki::root("ca", {.key = KeyType::rsa_2048});
  CHECK(refusal(pss_list(ca, EVP_sha1()), pki::list_of(ca)) ==
        "list.crl: it is signed with SHA1, which is too weak");
  CHECK(parsed(pss_list(ca, EVP_sha256()), pki::list_of(ca)));
}

TEST_CASE("DER, PEM, several PEM in one file, and base64 as cfssl prints it are read") {
  const auto ca = pki::root("ca"), other = pki::root("other");
  const auto cas = pki::list_of(ca, other);
  const auto der = make_crl(ca, {.serials = {{5}, {0x00, 0x93}}}).value();
  for (const std::string& text : {std::string(as_text(der)), pem_of_crl(der), base64(der), base64(der) + "\n",
                                  "Certificate list:\r\n" + pem_of_crl(der)}) {
    const auto lists = parsed(as_bytes(text), cas).value();
    REQUIRE(lists.size() == 1);
    CHECK(lists[0].source == "list.crl");
    CHECK(lists[0].issuer_name == "CN=ca");
    CHECK(lists[0].entries.size() == 2);
    CHECK(lists[0].number == Bytes{1});
  }
  const std::string both = pem_of_crl(der) + pem_of_crl(make_crl(other, {.number = 300}).value());
  const auto lists = parsed(as_bytes(both), cas).value();
  REQUIRE(lists.size() == 2);
  CHECK(lists[1].issuer_name == "CN=other");
  CHECK(lists[1].number == Bytes{0x01, 0x2C});
  CHECK(refusal(as_bytes(both), pki::list_of(ca)).contains("list 2: "));
}

TEST_CASE("a list without CRLNumber, as cfssl makes it, is read") {
  const auto ca = pki::root("ca");
  CHECK(parsed(make_crl(ca, {.number = std::nullopt}).value(), pki::list_of(ca)).value()[0].number.empty());
}

TEST_CASE("a list of version 1 is read") {
  const auto ca = pki::root("ca");
  const auto der = bent_list(ca, {.serials = {{5}}}, [](X509_CRL* list) {
    remove_extension(list, NID_crl_number);
    remove_extension(list, NID_authority_key_identifier);
    X509_CRL_set_version(list, X509_CRL_VERSION_1);
  });
  CHECK(parsed(der, pki::list_of(ca)).value()[0].entries.size() == 1);
}

TEST_CASE("T34: serials of a list are minimal, and one of more than 20 octets is left out") {
  const auto ca = pki::root("ca");
  const auto entries =
      parsed(
          make_crl(ca, {.serials = {{0x00}, {0x00, 0x93}, {0xFF}, Bytes(20, 0x11), Bytes(22, 0x11)}}).value(),
          pki::list_of(ca))
          .value()[0]
          .entries;
  REQUIRE(entries.size() == 4);
  const auto has = [&](const Bytes& serial) {
    return std::ranges::any_of(entries, [&](const RevokedEntry& entry) {
      return std::ranges::equal(entry.serial.octets(), serial);
    });
  };
  CHECK(has({0x00}));
  CHECK(has({0x00, 0x93}));
  CHECK(has({0xFF}));
  CHECK(has(Bytes(20, 0x11)));
}

TEST_CASE("every type of key signs lists") {
  for (const KeyType type : {KeyType::ec_p256, KeyType::rsa_2048, KeyType::ed25519}) {
    const auto ca = pki::root("ca", {.key = type});
    const auto lists = parsed(make_crl(ca, {.serials = {{5}}}).value(), pki::list_of(ca)).value();
    CHECK(lists[0].entries[0].date <= pki::now());
    CHECK(lists[0].entries[0].date > pki::now() - 60);
  }
}

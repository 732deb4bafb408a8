// A client hello as it comes from a stranger, and the name that chooses the site (T42).
#include <cstdint>
#include <string>

#include "runtime/tls/client_hello.h"
#include "runtime/tls/site.h"

using namespace edge;
using namespace edge::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes{data, size};
  const ClientHelloFacts facts = client_hello_facts(bytes);
  check(facts.random.empty() || facts.random.size() == 44);
  check(facts.extensions_sha1.empty() == facts.extensions_sha1_le.empty());
  const auto name = server_name(bytes);
  if (name) check(!name->empty() && name->size() < size);
  for (const std::string& host : {name.value_or(std::string()), std::string(as_text(bytes))}) {
    const auto normal = normalise_host(host);
    if (!normal) continue;
    // One form, which is its own, and holds nothing that means something to a log or a path (T12).
    check(normalise_host(*normal) == *normal);
    check(normal->find_first_of(std::string_view("\0 /\\%@[]", 8)) == normal->npos);
  }
  return 0;
}

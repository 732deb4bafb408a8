// What the natives of one script find of the world: its site's configuration, its origin client, its namespaces.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "runtime/base/config.h"
#include "runtime/http/client.h"
#include "runtime/js/realm.h"
#include "runtime/store/key_value.h"

namespace edge::bindings {

class Exchange;

/// One for each Realm; natives get it by `Host::of(scope)`.
struct Host {
  const SiteConfig& site;
  const Limits& limits;
  http::Client* client = nullptr;  ///< null in tests without a network
  std::map<std::string, std::unique_ptr<store::KeyValue>> namespaces;
  std::map<js::EventId, Exchange*> exchanges;  ///< requests that are being answered
  static Host& of(js::Scope& scope) { return *static_cast<Host*>(scope.realm.host()); }
};

}  // namespace edge::bindings

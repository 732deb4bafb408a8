// The server of the DevTools protocol. https://chromedevtools.github.io/devtools-protocol/#endpoints
#include "runtime/http/devtools.h"

#include <openssl/rand.h>
#include <signal.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

#include "runtime/base/bytes.h"
#include "runtime/base/log.h"
#include "runtime/base/task.h"
#include "runtime/http/devtools_access.h"

namespace edge::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = boost::json;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using Stream = beast::basic_stream<tcp, Executor>;
using Request = beast::http::request<beast::http::empty_body>;
using Response = beast::http::response<beast::http::string_body>;

constexpr std::chrono::seconds request_timeout{10};
constexpr std::size_t message_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t connections_max = 64;

/// As debuggers expect it: unguessable, in the form of a UUID.
std::string random_id() {
  std::array<std::uint8_t, 16> bytes{};
  check(RAND_bytes(bytes.data(), bytes.size()) == 1);
  std::string id = hex_lower(bytes);
  for (const std::size_t at : {8, 13, 18, 23}) id.insert(at, "-");
  return id;
}

/// One debugger's WebSocket.
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  explicit Socket(Stream stream) : stream_(std::move(stream)) {}

  Task<bool> accept(Request request) {
    beast::get_lowest_layer(stream_).expires_never();
    stream_.set_option(beast::websocket::stream_base::timeout::suggested(beast::role_type::server));
    stream_.read_message_max(message_bytes_max);
    error_code failed;
    co_await stream_.async_accept(request, asio::redirect_error(use_task, failed));
    co_return !failed;
  }
  /// The next message; nothing when the debugger has gone.
  Task<std::optional<std::string>> read() {
    beast::flat_buffer buffer;
    error_code failed;
    co_await stream_.async_read(buffer, asio::redirect_error(use_task, failed));
    if (failed) co_return std::nullopt;
    co_return beast::buffers_to_string(buffer.data());
  }
  /// From any thread.
  void send(std::string message) {
    asio::post(stream_.get_executor(), [self = shared_from_this(), message = std::move(message)]() mutable {
      self->outbox_.push_back(std::move(message));
      if (self->outbox_.size() == 1) self->write();
    });
  }
  void close() { beast::get_lowest_layer(stream_).close(); }

 private:
  void write() {
    stream_.async_write(asio::buffer(outbox_.front()),
                        [self = shared_from_this()](error_code failed, std::size_t) {
                          if (failed) return self->outbox_.clear();
                          self->outbox_.pop_front();
                          if (!self->outbox_.empty()) self->write();
                        });
  }
  beast::websocket::stream<Stream> stream_;
  std::deque<std::string> outbox_;
};

}  // namespace

class DevTools::Server {
 public:
  Server() : acceptor_(io_) {}
  ~Server() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<> listen(const ListenAddress& wanted) {
    error_code failed;
    const auto address = asio::ip::make_address(wanted.address, failed);
    const tcp::endpoint endpoint(address, wanted.port);
    if (!failed) acceptor_.open(endpoint.protocol(), failed);
    if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor_.bind(endpoint, failed);
    if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
      return fail(ErrorKind::bind, "--inspect: cannot listen on " + wanted.address + ":" +
                                       std::to_string(wanted.port) + ": " + failed.message());
    std::ostringstream text;
    text << acceptor_.local_endpoint();
    address_ = text.str();
    asio::co_spawn(io_, accept_loop(), [](const std::exception_ptr& e) { check(e == nullptr); });
    // Signals belong to the threads that know what they mean.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { io_.run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return {};
  }

  std::string add(DevToolsTarget target) {
    const std::string id = random_id();
    std::lock_guard lock(mutex_);
    targets_[id] = std::make_shared<const DevToolsTarget>(std::move(target));
    return id;
  }
  void remove(const std::string& id) {
    std::lock_guard lock(mutex_);
    targets_.erase(id);
    for (auto [first, last] = sockets_.equal_range(id); first != last; ++first)
      if (auto socket = first->second.lock()) asio::post(io_, [socket] { socket->close(); });
    sockets_.erase(id);
  }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  Task<> accept_loop() {
    while (true) {
      tcp::socket::rebind_executor<Executor>::other socket(io_);
      error_code failed;
      co_await acceptor_.async_accept(socket, asio::redirect_error(use_task, failed));
      if (failed || connections_ >= connections_max) continue;
      ++connections_;
      asio::co_spawn(io_, serve(Stream(std::move(socket))), [this](const std::exception_ptr& e) {
        check(e == nullptr);
        --connections_;
      });
    }
  }

  Task<> serve(Stream stream) {
    beast::flat_buffer buffer;
    while (true) {
      Request request;
      error_code failed;
      stream.expires_after(request_timeout);
      co_await beast::http::async_read(stream, buffer, request, asio::redirect_error(use_task, failed));
      if (failed) co_return;
      const std::string refusal = devtools_refusal(request["Host"], request["Origin"]);
      if (refusal.empty() && beast::websocket::is_upgrade(request)) {
        const std::string id(request.target().substr(1));
        if (auto target = find(id))
          co_return co_await debug(id, target, std::move(stream), std::move(request));
      }
      const Response response = refusal.empty() ? answer(request) : plain(request, 403, refusal);
      co_await beast::http::async_write(stream, response, asio::redirect_error(use_task, failed));
      if (failed || !response.keep_alive()) co_return;
    }
  }

  Task<> debug(std::string id, std::shared_ptr<const DevToolsTarget> target, Stream stream, Request request) {
    auto socket = std::make_shared<Socket>(std::move(stream));
    if (!co_await socket->accept(std::move(request))) co_return;
    {
      std::lock_guard lock(mutex_);
      sockets_.emplace(id, socket);
    }
    log::write(LogLevel::info, "inspector.attached", "a debugger is attached to " + target->title);
    const std::uint32_t session = target->connect([weak = std::weak_ptr(socket)](std::string message) {
      if (auto alive = weak.lock()) alive->send(std::move(message));
    });
    while (auto message = co_await socket->read()) target->receive(session, std::move(*message));
    target->disconnect(session);
    log::write(LogLevel::info, "inspector.detached", "a debugger has left " + target->title);
  }

  std::shared_ptr<const DevToolsTarget> find(const std::string& id) {
    std::lock_guard lock(mutex_);
    auto found = targets_.find(id);
    return found == targets_.end() ? nullptr : found->second;
  }

  Response answer(const Request& request) {
    if (request.method() != beast::http::verb::get) return plain(request, 405, "GET is expected\n");
    const std::string_view path = std::string_view(request.target()).substr(0, request.target().find('?'));
    if (path == "/json/version")
      return made(request, 200, "application/json",
                  json::serialize(
                      json::object{{"Browser", "edge-run/" EDGE_RUN_VERSION}, {"Protocol-Version", "1.3"}}));
    if (path == "/json" || path == "/json/list" || path == "/json/")
      return made(request, 200, "application/json", json::serialize(list(std::string(request["Host"]))));
    return plain(request, 404, "there is /json/list and /json/version\n");
  }

  json::array list(const std::string& host) {
    std::lock_guard lock(mutex_);
    json::array targets;
    for (const auto& [id, target] : targets_) {
      const std::string place = host + "/" + id;
      targets.push_back(json::object{
          {"id", id},
          {"type", "node"},
          {"title", target->title},
          {"url", target->url},
          {"description", "edge-run"},
          {"webSocketDebuggerUrl", "ws://" + place},
          {"devtoolsFrontendUrl", "devtools://devtools/bundled/js_app.html?v8only=true&ws=" + place}});
    }
    return targets;
  }

  static Response plain(const Request& request, unsigned status, std::string text) {
    return made(request, status, "text/plain", std::move(text));
  }
  static Response made(const Request& request, unsigned status, const char* type, std::string text) {
    Response response{beast::http::int_to_status(status), request.version(), std::move(text)};
    response.set(beast::http::field::content_type, std::string(type) + "; charset=UTF-8");
    response.set(beast::http::field::cache_control, "no-cache");
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    return response;
  }

  asio::io_context io_{1};
  tcp::acceptor::rebind_executor<Executor>::other acceptor_;
  std::string address_;
  std::thread thread_;
  std::size_t connections_ = 0;
  std::mutex mutex_;  ///< guards what follows
  std::map<std::string, std::shared_ptr<const DevToolsTarget>> targets_;
  std::multimap<std::string, std::weak_ptr<Socket>> sockets_;
};

DevTools::DevTools(std::unique_ptr<Server> server) : server_(std::move(server)) {}
DevTools::~DevTools() = default;

Result<std::unique_ptr<DevTools>> DevTools::listen(const ListenAddress& address) {
  auto server = std::make_unique<Server>();
  if (auto listening = server->listen(address); !listening)
    return std::unexpected(std::move(listening.error()));
  return std::unique_ptr<DevTools>(new DevTools(std::move(server)));
}

std::string DevTools::add(DevToolsTarget target) { return server_->add(std::move(target)); }
void DevTools::remove(const std::string& id) { server_->remove(id); }
const std::string& DevTools::address() const { return server_->address(); }

}  // namespace edge::http

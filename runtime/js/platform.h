// V8's platform: its threads for compiling and collecting, and, for each isolate, the tasks that belong on
// its thread, run from the worker's io_context.
#pragma once

#include <libplatform/libplatform.h>
#include <v8-platform.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "runtime/js/clock.h"

namespace edge::js {

/// Tasks of one isolate. Posted by any thread, run on the isolate's.
class ForegroundTasks : public v8::TaskRunner, public std::enable_shared_from_this<ForegroundTasks> {
 public:
  /// `io` may be null: then nothing runs but by run_ready(). `enter` runs its argument inside the isolate.
  ForegroundTasks(v8::Platform& threads, boost::asio::io_context* io,
                  std::function<void(const std::function<void()>&)> enter);
  /// Runs what is ready; false when there was nothing.
  bool run_ready();
  /// Drops all tasks, now and later. Before the isolate ends.
  void close();
  void run_delayed(std::uint64_t number);

  bool IdleTasksEnabled() override { return false; }
  bool NonNestableTasksEnabled() const override { return true; }
  bool NonNestableDelayedTasksEnabled() const override { return true; }

 protected:
  void PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override;
  void PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override;
  void PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                           const v8::SourceLocation&) override;
  void PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                                      const v8::SourceLocation&) override;
  void PostIdleTaskImpl(std::unique_ptr<v8::IdleTask>, const v8::SourceLocation&) override {}

 private:
  void enqueue(std::unique_ptr<v8::Task> task);
  v8::Platform& threads_;
  std::function<void(const std::function<void()>&)> enter_;
  std::mutex mutex_;
  boost::asio::io_context* io_;
  std::deque<std::unique_ptr<v8::Task>> ready_;
  std::map<std::uint64_t, std::unique_ptr<v8::Task>> delayed_;
  std::uint64_t next_delayed_ = 0;
  bool scheduled_ = false;
  bool closed_ = false;
};

class Platform : public v8::Platform {
 public:
  explicit Platform(int threads) : threads_(v8::platform::NewDefaultPlatform(threads)) {}
  /// Between Isolate::Allocate() and Isolate::Initialize(): V8 asks for the runner at once.
  void add(v8::Isolate* isolate, std::shared_ptr<ForegroundTasks> tasks);
  void remove(v8::Isolate* isolate);
  v8::Platform& threads() { return *threads_; }

  v8::PageAllocator* GetPageAllocator() override { return threads_->GetPageAllocator(); }
  v8::ThreadIsolatedAllocator* GetThreadIsolatedAllocator() override {
    return threads_->GetThreadIsolatedAllocator();
  }
  int NumberOfWorkerThreads() override { return threads_->NumberOfWorkerThreads(); }
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate, v8::TaskPriority) override;
  double MonotonicallyIncreasingTime() override { return threads_->MonotonicallyIncreasingTime(); }
  double CurrentClockTimeMillis() override { return script_time(); }
  v8::TracingController* GetTracingController() override { return threads_->GetTracingController(); }

 protected:
  std::unique_ptr<v8::JobHandle> CreateJobImpl(v8::TaskPriority priority, std::unique_ptr<v8::JobTask> task,
                                               const v8::SourceLocation& location) override;
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                  const v8::SourceLocation& location) override;
  void PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                         double seconds, const v8::SourceLocation& location) override;

 private:
  std::unique_ptr<v8::Platform> threads_;
  std::mutex mutex_;
  std::unordered_map<v8::Isolate*, std::shared_ptr<ForegroundTasks>> runners_;
};

/// The platform of this process; js/engine.cpp has it.
Platform& platform();

}  // namespace edge::js

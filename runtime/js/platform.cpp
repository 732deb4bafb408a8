// V8's platform: threads come from V8's own, tasks of an isolate go to its worker's io_context.
#include "runtime/js/platform.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace edge::js {

namespace {

/// Waits on a thread of V8's, which does not keep the io_context running as a timer would.
class Reminder : public v8::Task {
 public:
  Reminder(std::shared_ptr<ForegroundTasks> tasks, std::uint64_t number)
      : tasks_(std::move(tasks)), number_(number) {}
  void Run() override { tasks_->run_delayed(number_); }

 private:
  std::shared_ptr<ForegroundTasks> tasks_;
  std::uint64_t number_;
};

}  // namespace

ForegroundTasks::ForegroundTasks(v8::Platform& threads, boost::asio::io_context* io,
                                 std::function<void(const std::function<void()>&)> enter)
    : threads_(threads), enter_(std::move(enter)), io_(io) {}

void ForegroundTasks::enqueue(std::unique_ptr<v8::Task> task) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  ready_.push_back(std::move(task));
  if (scheduled_ || !io_) return;
  scheduled_ = true;
  boost::asio::post(*io_, [self = shared_from_this()] { self->run_ready(); });
}

bool ForegroundTasks::run_ready() {
  std::deque<std::unique_ptr<v8::Task>> tasks;
  {
    std::lock_guard lock(mutex_);
    scheduled_ = false;
    if (closed_) return false;
    tasks.swap(ready_);
  }
  if (tasks.empty()) return false;
  enter_([&] {
    for (auto& task : tasks) {
      task->Run();
      task.reset();
    }
  });
  return true;
}

void ForegroundTasks::close() {
  std::deque<std::unique_ptr<v8::Task>> ready;
  std::map<std::uint64_t, std::unique_ptr<v8::Task>> delayed;
  std::lock_guard lock(mutex_);
  closed_ = true;
  io_ = nullptr;
  ready.swap(ready_);
  delayed.swap(delayed_);
}

void ForegroundTasks::run_delayed(std::uint64_t number) {
  std::unique_ptr<v8::Task> task;
  {
    std::lock_guard lock(mutex_);
    if (auto found = delayed_.extract(number)) task = std::move(found.mapped());
  }
  if (task) enqueue(std::move(task));
}

void ForegroundTasks::PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) {
  enqueue(std::move(task));
}

void ForegroundTasks::PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) {
  enqueue(std::move(task));
}

void ForegroundTasks::PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                                          const v8::SourceLocation&) {
  std::uint64_t number = 0;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    number = next_delayed_++;
    delayed_.emplace(number, std::move(task));
  }
  threads_.PostDelayedTaskOnWorkerThread(v8::TaskPriority::kUserVisible,
                                         std::make_unique<Reminder>(shared_from_this(), number), seconds);
}

void ForegroundTasks::PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                                                     const v8::SourceLocation& location) {
  PostDelayedTaskImpl(std::move(task), seconds, location);
}

void Platform::add(v8::Isolate* isolate, std::shared_ptr<ForegroundTasks> tasks) {
  std::lock_guard lock(mutex_);
  runners_[isolate] = std::move(tasks);
}

void Platform::remove(v8::Isolate* isolate) {
  std::lock_guard lock(mutex_);
  runners_.erase(isolate);
}

std::shared_ptr<v8::TaskRunner> Platform::GetForegroundTaskRunner(v8::Isolate* isolate, v8::TaskPriority) {
  std::lock_guard lock(mutex_);
  auto found = runners_.find(isolate);
  return found == runners_.end() ? nullptr : found->second;
}

std::unique_ptr<v8::JobHandle> Platform::CreateJobImpl(v8::TaskPriority priority,
                                                       std::unique_ptr<v8::JobTask> task,
                                                       const v8::SourceLocation& location) {
  return threads_->CreateJob(priority, std::move(task), location);
}

void Platform::PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                          const v8::SourceLocation& location) {
  threads_->PostTaskOnWorkerThread(priority, std::move(task), location);
}

void Platform::PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                                 double seconds, const v8::SourceLocation& location) {
  threads_->PostDelayedTaskOnWorkerThread(priority, std::move(task), seconds, location);
}

}  // namespace edge::js

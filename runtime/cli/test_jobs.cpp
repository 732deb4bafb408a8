// Processes of `edge-run test`: each writes what happens, one line of JSON for each event, into a pipe.
#include "runtime/cli/test_jobs.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "runtime/base/log.h"
#include "runtime/js/engine.h"

namespace edge::cli {
namespace {

using bindings::TestOutcome;
using bindings::TestResult;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;

// --- in the process of a file ---

/// Writes events into the pipe.
class Teller : public bindings::TestListener {
 public:
  Teller(int pipe, std::string cache_folder) : pipe_(pipe), cache_folder_(std::move(cache_folder)) {}
  void report(TestResult result) override {
    tell({{"name", result.name},
          {"outcome", static_cast<int>(result.outcome)},
          {"message", result.message},
          {"milliseconds", result.milliseconds}});
  }
  void obsolete(std::vector<std::string> snapshots) override {
    tell({{"obsolete", json::value_from(snapshots)}});
  }
  void coverage(std::string answer) override {
    tell({{"coverage", coverage_text(coverage_of(answer, cache_folder_))}});
  }
  void files(std::vector<std::string> paths) override { tell({{"files", json::value_from(paths)}}); }
  /// Ends the process: it has told all that it knows.
  void done(const Result<>& outcome) override {
    log::flush();
    tell({{"done", outcome ? "" : outcome.error().message}});
    _exit(0);
  }

 private:
  void tell(const json::object& event) {
    const std::string line = json::serialize(event) + "\n";
    for (std::string_view rest = line; !rest.empty();) {
      const ssize_t written = write(pipe_, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) return;  // nobody is interested any more
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  int pipe_;
  std::string cache_folder_;
};

[[noreturn]] void run_and_exit(const bindings::TestFileSettings& settings, int pipe) {
  js::start_engine(js::test_engine);
  Teller teller(pipe, settings.cache_folder);
  bindings::run_test_file(settings, teller);
  std::abort();  // done() ended the process
}

// --- in the process that reports ---

/// A file of tests, waiting, running or done.
struct Job {
  FileReport report;
  std::vector<TestResult> untold;
  pid_t process = 0;
  int pipe = -1;
  std::string unread;  ///< the beginning of a line
  bool done = false;
  Clock::time_point started{};
};

class Jobs {
 public:
  Jobs(const TestJobs& plan, const std::vector<std::unique_ptr<Reporter>>& reporters)
      : plan_(plan), reporters_(reporters) {
    for (const std::string& file : plan.files) jobs_.emplace_back().report.file = file;
  }
  ~Jobs() {
    for (Job& job : jobs_)
      if (job.process != 0) stop(job);
  }
  Result<std::vector<FileReport>> run();

 private:
  [[nodiscard]] bool may_start() const {
    return next_ < jobs_.size() && running_ < plan_.at_once && !bailed_;
  }
  Result<> start(Job& job);
  void wait();
  void read_from(Job& job);
  void hear(Job& job, const json::object& event);
  void end(Job& job);
  void stop(Job& job);
  void tell();

  const TestJobs& plan_;
  const std::vector<std::unique_ptr<Reporter>>& reporters_;
  std::vector<Job> jobs_;
  std::size_t next_ = 0;  ///< to be started
  std::size_t told_ = 0;  ///< files that reporters know all about
  bool begun_ = false;    ///< they know that file `told_` began
  unsigned running_ = 0;
  bool bailed_ = false;
  bool over_ = false;  ///< what has not ended by now never will
};

Result<> Jobs::start(Job& job) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorKind::io, std::string("pipe: ") + std::strerror(errno));
  const auto settings = plan_.settings(job.report.file);
  const pid_t process = fork();
  if (process < 0) return fail(ErrorKind::io, std::string("fork: ") + std::strerror(errno));
  if (process == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody would read what it has to say
    for (const Job& other : jobs_)
      if (other.pipe >= 0) close(other.pipe);
    close(ends[0]);
    run_and_exit(settings, ends[1]);
  }
  close(ends[1]);
  job.process = process;
  job.pipe = ends[0];
  job.started = Clock::now();
  ++running_;
  return {};
}

void Jobs::wait() {
  std::vector<pollfd> pipes;
  std::vector<Job*> owners;
  for (Job& job : jobs_) {
    if (job.pipe < 0) continue;
    pipes.push_back({job.pipe, POLLIN, 0});
    owners.push_back(&job);
  }
  poll(pipes.data(), pipes.size(), -1);
  for (std::size_t i = 0; i < pipes.size(); ++i)
    if (pipes[i].revents != 0) read_from(*owners[i]);
}

void Jobs::read_from(Job& job) {
  char buffer[64 * 1024];
  const ssize_t size = read(job.pipe, buffer, sizeof buffer);
  if (size < 0 && errno == EINTR) return;
  if (size <= 0) return end(job);
  job.unread.append(buffer, static_cast<std::size_t>(size));
  for (std::size_t line_end; (line_end = job.unread.find('\n')) != std::string::npos;) {
    hear(job, json::parse(std::string_view(job.unread).substr(0, line_end)).as_object());
    job.unread.erase(0, line_end + 1);
  }
}

void Jobs::hear(Job& job, const json::object& event) {
  if (event.contains("name")) {
    TestResult result{.name = std::string(event.at("name").as_string()),
                      .outcome = static_cast<TestOutcome>(event.at("outcome").as_int64()),
                      .message = std::string(event.at("message").as_string()),
                      .milliseconds = event.at("milliseconds").to_number<double>()};
    job.untold.push_back(result);
    job.report.tests.push_back(std::move(result));
  } else if (event.contains("obsolete")) {
    job.report.obsolete = json::value_to<std::vector<std::string>>(event.at("obsolete"));
  } else if (event.contains("coverage")) {
    job.report.coverage = coverage_from_text(std::string_view(event.at("coverage").as_string()));
  } else if (event.contains("files")) {
    job.report.files = json::value_to<std::vector<std::string>>(event.at("files"));
  } else if (event.contains("done")) {
    job.report.problem = event.at("done").as_string();
    job.done = true;
  }
}

/// The pipe was closed, and so the process is over.
void Jobs::end(Job& job) {
  close(std::exchange(job.pipe, -1));
  int status = 0;
  while (waitpid(job.process, &status, 0) < 0 && errno == EINTR) {}
  job.process = 0;
  --running_;
  if (!job.done) {
    job.report.problem =
        WIFSIGNALED(status)
            ? std::string("the process of the file was ended by ") + strsignal(WTERMSIG(status))
            : "the process of the file ended before its tests did, with exit code " +
                  std::to_string(WEXITSTATUS(status));
    job.done = true;
  }
  job.report.milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - job.started).count();
  bailed_ |= plan_.bail && job.report.failed();
}

void Jobs::stop(Job& job) {
  kill(job.process, SIGKILL);
  while (waitpid(job.process, nullptr, 0) < 0 && errno == EINTR) {}
  close(job.pipe);
}

/// Tells what is known, in the order of the files.
void Jobs::tell() {
  for (; told_ < jobs_.size(); ++told_, begun_ = false) {
    Job& job = jobs_[told_];
    if (over_ && !(job.done && job.process == 0)) continue;
    if (job.process == 0 && !job.done) return;
    for (const auto& reporter : reporters_) {
      if (!begun_) reporter->begin(job.report.file);
      for (const TestResult& result : job.untold) reporter->test(result);
      if (job.process == 0) reporter->end(job.report);
    }
    job.untold.clear();
    begun_ = true;
    if (job.process != 0) return;
  }
}

Result<std::vector<FileReport>> Jobs::run() {
  while (may_start() || (running_ > 0 && !bailed_)) {
    while (may_start())
      if (auto started = start(jobs_[next_++]); !started) return std::unexpected(std::move(started.error()));
    wait();
    tell();
  }
  over_ = true;
  tell();
  std::vector<FileReport> reports;
  for (Job& job : jobs_)
    if (job.done && job.process == 0) reports.push_back(std::move(job.report));
  for (const auto& reporter : reporters_) reporter->summary(reports);
  return reports;
}

}  // namespace

Result<std::vector<FileReport>> run_test_jobs(const TestJobs& jobs,
                                              const std::vector<std::unique_ptr<Reporter>>& reporters) {
  return Jobs(jobs, reporters).run();
}

}  // namespace edge::cli

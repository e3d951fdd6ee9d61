// SPDX-License-Identifier: Apache-2.0
// The same request gives the same bytes: twice, later, elsewhere in the order, in another instance, in another
// language, time zone and environment of the process.
#include "check.hpp"
#include "instance.hpp"
#include "situations.hpp"

#include <clocale>
#include <cstdlib>
#include <ctime>
#include <locale>
#include <memory>

#include <unistd.h>

namespace kiosk::checker {

namespace {

// Writes numbers as no JSON may hold them: 1.234.567,8
struct OtherNumbers : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
    std::string do_truename() const override { return "wahr"; }
    std::string do_falsename() const override { return "falsch"; }
};

using Answers = std::vector<Answer>;

Answers answers_of(Instance& instance, const std::vector<Request>& requests, bool backwards = false) {
    Answers answers(requests.size());
    for (std::size_t n = 0; n < requests.size(); ++n) {
        const std::size_t i = backwards ? requests.size() - 1 - n : n;
        doing(requests[i].method, requests[i].label);
        answers[i] = instance.call(requests[i].method, requests[i].json);
    }
    return answers;
}

void compare(Bench& bench, const std::vector<Request>& requests, const Answers& before, const Answers& after,
             const char* key) {
    for (std::size_t i = 0; i < requests.size(); ++i)
        if (!(before[i] == after[i])) {
            std::size_t at = 0;
            const auto &a = before[i].bytes, &b = after[i].bytes;
            while (at < a.size() && at < b.size() && a[at] == b[at])
                ++at;
            const auto from = at > 20 ? at - 20 : 0;
            bench.findings.fail(key, {{"method", requests[i].method},
                                      {"label", requests[i].label},
                                      {"before", a.substr(from, 60)},
                                      {"after", b.substr(from, 60)}});
        }
}

void elsewhere() {
    std::locale::global(std::locale(std::locale::classic(), new OtherNumbers));
    for (const char* name : {"de_DE.UTF-8", "tr_TR.UTF-8", "zh_CN.UTF-8", "C.UTF-8"}) // the first that is installed
        if (std::setlocale(LC_ALL, name) != nullptr)
            break;
    clearenv();
    setenv("TZ", "Pacific/Kiritimati", 1);
    setenv("LANG", "tr_TR.UTF-8", 1);
    setenv("HOME", "/nowhere", 1);
    setenv("USER", "somebody else", 1);
    tzset();
    if (chdir("/") != 0)
        doing("chdir");
}

} // namespace

void check_determinism(Bench& bench) {
    const auto requests = all_requests(bench.subject);
    Instance first(bench.table(), bench.manifest().id);
    const auto before = answers_of(first, requests);
    compare(bench, requests, before, answers_of(first, requests), "determinism.twice");
    compare(bench, requests, before, answers_of(first, requests, true), "determinism.order");
    // Memory that looks different, so that an order that follows addresses shows.
    std::vector<std::unique_ptr<char[]>> clutter;
    for (std::size_t i = 1; i < 2000; ++i)
        clutter.push_back(std::make_unique<char[]>(i * 7 % 509 + 1));
    for (std::size_t i = 0; i < clutter.size(); i += 3)
        clutter[i].reset();
    Instance second(bench.table(), bench.manifest().id);
    compare(bench, requests, before, answers_of(second, requests), "determinism.instance");
    if (!bench.subject.fast)
        usleep(1'050'000); // a clock that is told in seconds must have moved
    compare(bench, requests, before, answers_of(first, requests), "determinism.later");
    elsewhere();
    compare(bench, requests, before, answers_of(first, requests), "determinism.elsewhere");
    Instance third(bench.table(), bench.manifest().id);
    compare(bench, requests, before, answers_of(third, requests), "determinism.elsewhere");
}

void check_instances(Bench& bench) {
    const auto requests = all_requests(bench.subject);
    auto first = std::make_unique<Instance>(bench.table(), bench.manifest().id);
    const auto before = answers_of(*first, requests);
    auto second = std::make_unique<Instance>(bench.table(), bench.manifest().id);
    Answers mixed(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto& other = requests[requests.size() - 1 - i];
        doing(other.method, "another instance in between");
        second->call(other.method, other.json);
        mixed[i] = first->call(requests[i].method, requests[i].json);
    }
    compare(bench, requests, before, mixed, "instances.between");
    doing("close of one of two instances");
    second.reset();
    compare(bench, requests, before, answers_of(*first, requests), "instances.closed");
    second = std::make_unique<Instance>(bench.table(), bench.manifest().id);
    first.reset();
    compare(bench, requests, before, answers_of(*second, requests), "instances.closed");
}

} // namespace kiosk::checker

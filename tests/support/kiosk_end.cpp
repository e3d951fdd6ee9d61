// SPDX-License-Identifier: Apache-2.0
#include "support/kiosk_end.hpp"

#include "core/records.hpp"
#include "crypto/crypto.hpp"
#include "protocol/messages.hpp"
#include "support/hub_process.hpp"

#include <algorithm>
#include <thread>

namespace kiosk::test {

using namespace sync::client;

namespace {

const crypto::Sodium& sodium() {
    static const bool ready = crypto::initialise();
    static const crypto::Sodium made;
    KIOSK_ASSERT(ready);
    return made;
}

// Long enough for back-off to be back-off, short enough for tests.
ClientOptions client_options(const KioskEnd::Options& options) {
    ClientOptions made;
    made.poll_s = 0;
    made.first_retry_ms = 20;
    made.longest_retry_ms = 250;
    made.idle_ms = 50;
    made.batch_operations = options.batch_operations;
    made.feed_limit = options.feed_limit;
    return made;
}

} // namespace

Deadline in_seconds(double seconds) {
    return std::chrono::steady_clock::now() +
           std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000) * slowness);
}

core::Result<WireAnswer> ImpatientWire::exchange(const WireRequest& request) {
    auto shorter = request;
    shorter.timeout_ms = std::min(shorter.timeout_ms, m_most_ms);
    auto answer = m_wire->exchange(shorter);
    ++statuses[answer ? answer->status : 0];
    return answer;
}

core::Result<WireAnswer> ImpatientWire::download(const WireRequest& request,
                                                 const std::function<bool(std::string_view)>& take) {
    return m_wire->download(request, take);
}

core::Result<HubAddress> enroll_at(const std::string& url, const std::string& pin, const std::string& code,
                                   const std::string& device, const std::string& incarnation, const std::string& event) {
    KIOSK_TRY(const auto wire, CurlWire::create(url, pin.empty() ? std::vector<std::string>{} : std::vector{pin}));
    return sync::client::enroll(*wire, url, pin, code, device, incarnation, event, "fault-test");
}

KioskEnd::KioskEnd(std::uint64_t seed, Options options) : m_options(std::move(options)), m_random(seed) {
    if (m_options.patience_ms == 0)
        m_options.patience_ms = 2000 * slowness;
}

KioskEnd::~KioskEnd() {
    m_client.reset();
    m_replica.reset();
}

core::Result<std::unique_ptr<KioskEnd>> KioskEnd::open(const std::string& path, const std::string& device,
                                                       std::uint64_t seed, Options options) {
    auto made = std::unique_ptr<KioskEnd>(new KioskEnd(seed, std::move(options)));
    made->m_device = device;
    storage::Options ports;
    ports.device = device;
    ports.clock = &made->m_clock;
    ports.random = &made->m_random;
    ports.hasher = &sodium();
    KIOSK_TRY(made->m_database, storage::Database::open(path, ports));
    KIOSK_TRY(const auto status, made->m_database->status());
    made->m_written = status.last_seq;
    made->m_replica = std::make_unique<wiring::StoreReplica>(*made->m_database, made->m_options.event);
    return made;
}

core::Status KioskEnd::enroll(const std::string& url, const std::string& pin, const std::string& code,
                              const std::string& via) {
    KIOSK_TRY(const auto status, m_database->status());
    KIOSK_TRY(auto address, enroll_at(url, pin, code, m_device, status.incarnation, m_options.event));
    if (!via.empty())
        address.url = via;
    return use(address);
}

core::Status KioskEnd::use(const HubAddress& address) {
    m_client.reset();
    m_address = address;
    const auto wire = [&]() -> core::Result<std::unique_ptr<ImpatientWire>> {
        KIOSK_TRY(auto made, CurlWire::create(address.url, address.pins));
        return std::make_unique<ImpatientWire>(std::move(made), m_options.patience_ms);
    };
    KIOSK_TRY(m_push_wire, wire());
    KIOSK_TRY(m_feed_wire, wire());
    m_client = std::make_unique<SyncClient>(*m_replica, *m_push_wire, *m_feed_wire, m_clock, m_random, sodium(), address,
                                            client_options(m_options));
    hurry();
    return {};
}

core::OperationDraft KioskEnd::draft() {
    auto& random = m_random.engine;
    ++m_written;
    const auto own = m_device + "-" + std::to_string(m_written);
    core::Registration person;
    switch (random() % 5) {
    case 0: // somebody of one's own
        person.uid = "uid-" + own;
        person.ticket = "W" + own;
        break;
    case 1: // somebody whom every kiosk changes
        person.uid = "uid-" + std::to_string(random() % 20);
        person.ticket = "T" + person.uid.substr(4);
        break;
    default: {
        core::ScanRecord scan;
        scan.checkpoint = random() % 2 == 0 ? "main" : "hall";
        scan.ticket = random() % 2 == 0 ? "T" + std::to_string(random() % 20) : "W" + own;
        scan.outcome = core::Outcome::Admitted;
        scan.at = m_clock.now();
        scan.key = own;
        return core::make_scan(scan);
    }
    }
    person.ticket_type = "std";
    person.status = random() % 10 == 0 ? core::RegistrationStatus::Cancelled : core::RegistrationStatus::Confirmed;
    person.person = {"示例来宾", "13900000" + std::to_string(100 + random() % 900), own + "@example.org", "松果示例软件", ""};
    return core::make_registration(person);
}

core::Result<core::Receipt> KioskEnd::append(std::size_t count) {
    std::vector<core::OperationDraft> drafts;
    for (std::size_t i = 0; i < count; ++i)
        drafts.push_back(draft());
    KIOSK_TRY(auto receipt, m_database->append(drafts));
    if (m_client)
        m_client->changed();
    return receipt;
}

bool KioskEnd::step() {
    bool moved = false;
    const auto look = [&](const StepResult& step, Deadline& due) {
        moved = moved || step.progress;
        due = std::chrono::steady_clock::now() + std::chrono::milliseconds(step.progress ? 0 : step.wait_ms);
        const auto now = m_client->status();
        m_troubles.insert(now.trouble);
        if (now.trouble != Trouble::None)
            m_detail = now.detail;
    };
    if (std::chrono::steady_clock::now() >= m_push_due || (m_client->push_wanted() && m_client->status().trouble == Trouble::None))
        look(m_client->push(), m_push_due);
    if (std::chrono::steady_clock::now() >= m_pull_due)
        look(m_client->pull(), m_pull_due);
    return moved;
}

bool KioskEnd::run(const std::function<bool(KioskEnd&)>& done, Deadline deadline) {
    while (!done(*this)) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        if (!step())
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

bool KioskEnd::settle(Deadline deadline) {
    bool read_all = false;
    return run(
        [&](KioskEnd&) {
            const auto now = m_client->status();
            const bool quiet = now.trouble == Trouble::None && now.reachable && now.feed_behind == 0 && pending() == 0;
            // Twice in a row with steps in between: the first may be what was known before the last change.
            return std::exchange(read_all, quiet) && quiet;
        },
        deadline);
}

void KioskEnd::hurry() {
    m_push_due = m_pull_due = {};
    if (m_client)
        m_client->changed();
}

std::uint64_t KioskEnd::pending() {
    const auto now = m_replica->standing();
    return now ? now->pending() : 1;
}

core::Result<std::vector<core::Operation>> whole_feed(Wire& wire, const std::string& token) {
    std::vector<core::Operation> all;
    for (std::uint64_t after = 0;;) {
        WireRequest request;
        request.path = "/v1/feed?after=" + std::to_string(after) + "&wait=0&limit=1000";
        request.token = token;
        request.timeout_ms *= slowness;
        KIOSK_TRY(const auto answer, wire.exchange(request));
        if (answer.status != 200)
            return core::fail(core::ErrorCode::Unavailable, "error.test", "feed: " + std::to_string(answer.status));
        KIOSK_TRY(auto reply, sync::protocol::decode_feed_reply(answer.body, sodium()));
        for (auto& read : reply.operations) {
            if (!read.problem.empty())
                return core::fail(core::ErrorCode::Corrupt, "error.test", read.problem);
            all.push_back(std::move(read.operation));
        }
        if (reply.next >= reply.latest)
            return all;
        if (reply.next <= after)
            return core::fail(core::ErrorCode::Corrupt, "error.test", "the feed stands still");
        after = reply.next;
    }
}

} // namespace kiosk::test

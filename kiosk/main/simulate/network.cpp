// SPDX-License-Identifier: Apache-2.0
#include "main/simulate/network.hpp"

namespace kiosk::simulate {

namespace {

constexpr std::int64_t timeout_ms = 15'000;
constexpr std::string_view login_page = "<!DOCTYPE html><html><title>Wi-Fi</title><body>请登录 Please log in</body></html>";

sync::hub::ApiRequest to_hub(const sync::client::WireRequest& request, const std::string& peer) {
    sync::hub::ApiRequest made;
    made.method = request.method;
    made.target = request.path;
    made.headers = request.headers;
    if (!request.token.empty())
        made.headers["authorization"] = "Bearer " + request.token;
    made.body = request.body;
    made.peer = peer;
    return made;
}

} // namespace

void SimWire::deliver_later(const sync::hub::ApiRequest& request, std::int64_t soonest_ms, std::int64_t latest_ms) {
    // By then the kiosk may be another one, or newer requests may have gone before it.
    m_time.after(m_dice.between(soonest_ms, latest_ms), [hub = m_hub, request] { static_cast<void>(hub(request)); });
}

core::Result<sync::client::WireAnswer> SimWire::nobody(std::int64_t after_ms, std::string_view why) {
    m_clock.in_call_ms += after_ms;
    return core::fail(core::ErrorCode::Unavailable, "error.sync.unreachable", std::string(why));
}

sync::client::WireAnswer SimWire::spoil(sync::client::WireAnswer answer) {
    switch (m_dice.pick(6)) {
    case 0: answer.body.resize(answer.body.size() / 2); break;
    case 1: answer.body.clear(); break;
    case 2: answer = {200, {{"content-type", "text/html"}}, std::string(login_page)}; break;
    case 3: answer = {502, {{"content-type", "text/html"}}, "<html>Bad gateway</html>"}; break;
    case 4: answer.body = R"({"status":"ok"})"; break;
    default:
        if (!answer.body.empty())
            answer.body[m_dice.pick(answer.body.size())] = static_cast<char>(m_dice.pick(256));
        // A changed byte is caught by TLS in real life; here it must at least do no harm where it makes no JSON.
        answer.body += "\xff";
    }
    return answer;
}

core::Result<sync::client::WireAnswer> SimWire::exchange(const sync::client::WireRequest& request) {
    const auto there_ms = m_dice.between(m_link.shortest_ms, m_link.longest_ms),
               back_ms = m_dice.between(m_link.shortest_ms, m_link.longest_ms);
    const auto made = to_hub(request, m_peer);
    const bool writes = request.method == "POST";
    const auto& faults = m_link.faults;
    switch (m_link.state) {
    case LinkState::Down: return nobody(m_dice.chance(500) ? 10 : timeout_ms, "no route");
    case LinkState::Captive:
        m_clock.in_call_ms += back_ms;
        return sync::client::WireAnswer{200, {{"content-type", "text/html"}}, std::string(login_page)};
    case LinkState::NoAnswer:
    case LinkState::Up: break;
    }
    if (m_dice.chance(faults.drop_request)) {
        if (writes && m_dice.chance(faults.late))
            deliver_later(made, 1'000, 8 * 60'000);
        return nobody(timeout_ms, "timed out");
    }
    m_clock.in_call_ms += there_ms;
    auto answer = m_hub(made);
    if (writes && answer && m_dice.chance(faults.twice))
        deliver_later(made, 0, 5 * 60'000);
    if (meanwhile)
        meanwhile();
    if (!answer)
        return nobody(5, "connection refused");
    if (m_link.state == LinkState::NoAnswer || m_dice.chance(faults.drop_answer))
        return nobody(timeout_ms, "timed out");
    m_clock.in_call_ms += back_ms;
    sync::client::WireAnswer back{answer->status, {{"content-type", answer->content_type}}, std::move(answer->body)};
    if (m_dice.chance(faults.spoilt))
        return spoil(std::move(back));
    return back;
}

core::Result<sync::client::WireAnswer> SimWire::download(const sync::client::WireRequest&,
                                                         const std::function<bool(std::string_view)>&) {
    return nobody(timeout_ms, "no downloads here"); // kiosks of a simulation read the feed from its start
}

} // namespace kiosk::simulate

// SPDX-License-Identifier: Apache-2.0
#include "hub/service.hpp"

namespace kiosk::sync::hub {

Service::Prepared ApiService::prepare(const ApiRequest& request) {
    auto prepared = m_api.prepare(request);
    return {std::move(prepared.answer), std::move(prepared.waiting), std::move(prepared.push)};
}

Status ApiService::commit(const std::vector<Push>& pushes) {
    std::vector<std::shared_ptr<Api::Prepared::Push>> own;
    own.reserve(pushes.size());
    for (const auto& push : pushes)
        own.push_back(std::static_pointer_cast<Api::Prepared::Push>(push));
    return m_api.commit(own);
}

ApiAnswer ApiService::finish(const Push& push) {
    return m_api.finish(*std::static_pointer_cast<Api::Prepared::Push>(push));
}

ApiAnswer ApiService::answer_feed(const ApiRequest& request) { return m_api.answer_feed(request); }
std::uint64_t ApiService::latest(const std::string& event) const { return m_api.latest(event); }
void ApiService::foreign_commit() { m_api.foreign_commit(); }
bool ApiService::fold(std::int64_t budget_ms) { return m_api.fold(budget_ms); }
void ApiService::on_news(std::function<void(const std::string& event)> hook) { m_api.on_news(std::move(hook)); }
void ApiService::set_waiting(std::size_t feeds) { m_api.set_waiting(feeds); }

} // namespace kiosk::sync::hub

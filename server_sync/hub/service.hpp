// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the server asks for each request: the Api, seen from the network. Purpose: the seam at which tests put a small one
// of their own. Ownership: borrowed by the server. Threads: as api.hpp says. Failure: as api.hpp says.
#include "hub/api.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace kiosk::sync::hub {

class Service {
public:
    using Push = std::shared_ptr<void>;
    struct Prepared {
        std::optional<ApiAnswer> answer;
        std::optional<Api::Waiting> waiting;
        Push push;
    };
    virtual ~Service() = default;
    virtual Prepared prepare(const ApiRequest& request) = 0;
    virtual Status commit(const std::vector<Push>& pushes) = 0;
    virtual ApiAnswer finish(const Push& push) = 0;
    virtual ApiAnswer answer_feed(const ApiRequest& request) = 0;
    virtual std::uint64_t latest(const std::string& event) const = 0;
    virtual void foreign_commit() = 0;
    virtual bool fold(std::int64_t budget_ms) = 0;
    virtual void on_news(std::function<void(const std::string& event)> hook) = 0;
    virtual void set_waiting(std::size_t feeds) = 0;
};

// The Api as a service.
class ApiService final : public Service {
public:
    explicit ApiService(Api& api) : m_api(api) {}
    Prepared prepare(const ApiRequest& request) override;
    Status commit(const std::vector<Push>& pushes) override;
    ApiAnswer finish(const Push& push) override;
    ApiAnswer answer_feed(const ApiRequest& request) override;
    std::uint64_t latest(const std::string& event) const override;
    void foreign_commit() override;
    bool fold(std::int64_t budget_ms) override;
    void on_news(std::function<void(const std::string& event)> hook) override;
    void set_waiting(std::size_t feeds) override;

private:
    Api& m_api;
};

} // namespace kiosk::sync::hub

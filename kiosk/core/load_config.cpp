// SPDX-License-Identifier: Apache-2.0
#include "core/load_config.hpp"

#include <algorithm>

namespace kiosk::core {

Result<EventConfig> load_config(Store& store) {
    KIOSK_TRY(const auto documents, store.config());
    KIOSK_TRY(auto config, assemble_config(documents));
    if (std::ranges::none_of(config.sessions, &Session::is_closed_door))
        return config;
    KIOSK_TRY(const auto details, store.private_sessions());
    for (auto& session : config.sessions) {
        if (!session.is_closed_door())
            continue;
        if (const auto found = std::ranges::find(details, session.id, &PrivateSession::session); found != details.end())
            session.title = found->title;
        KIOSK_TRY(const auto acts, store.session_acts(session.id));
        if (acts.empty())
            continue; // as its document says
        const auto standing = fold_session(config, acts);
        session.state = standing.state;
        session.cancelled = standing.cancelled;
    }
    return config;
}

} // namespace kiosk::core

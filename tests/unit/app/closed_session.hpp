// SPDX-License-Identifier: Apache-2.0
#pragma once
// A kiosk at an event with one session behind closed doors, for the tests of what staff and its guests do. Ownership: its
// own. Threads: one.
#include "form_parts.hpp"

namespace kiosk::test {

// One session with a host (A1), made by 徐清明 who runs it; 林冬至 may approve, 秦夏至 is a volunteer.
struct Closed : Kiosk {
    explicit Closed(bool with_area = true) {
        core::Session session;
        session.id = "cd1";
        session.kind = "closed_door";
        session.public_title = {"内部会议", "Private meeting"};
        session.room = {"三楼 B 厅", "Room B"};
        session.starts = *core::parse_rfc3339("2026-11-20T16:00:00+08:00");
        session.ends = *core::parse_rfc3339("2026-11-20T17:30:00+08:00");
        session.capacity = 3;
        session.minimum = 2;
        session.nda = true;
        config.sessions = {session};
        core::Checkpoint door;
        door.id = "cd1";
        door.name = session.public_title;
        door.scope = core::Scope::Session;
        door.session = "cd1";
        door.allow_reentry = true;
        config.checkpoints.push_back(door);
        core::BookableUnit table;
        table.id = "T1";
        table.slots = {{"s1", *core::parse_rfc3339("2026-11-20T13:30:00+08:00"), *core::parse_rfc3339("2026-11-20T13:50:00+08:00")}};
        if (with_area)
            config.units.push_back(table);
        config.staff.push_back({"xu", "徐清明", {"session_host"}, "hash 5678"});
        config.staff.push_back({"qin", "秦夏至", {"volunteer"}, "hash 9999"});
        open();
        core::PrivateSession details;
        details.title = {"换库闭门会", "On leaving O"};
        details.host = "A1";
        details.nda_text = {"第一条 不外传。", "1. Tell nobody."};
        details.nda_version = "v2";
        REQUIRE(sessions->set(session, details, "xu"));
        REQUIRE(sessions->invite("cd1", "A1", "host", "xu"));
        app->hear(app::notice::ConfigChanged{});
    }
    void enter_as(const std::string& digits) {
        send(app::intent::OpenStaff{});
        pin(digits);
        send(app::intent::ChooseTab{app::StaffTab::Sessions});
    }
    void leave() { send(app::intent::LeaveStaff{}); }
    void approve() {
        REQUIRE(sessions->submit("cd1", "xu"));
        const auto approved = sessions->approve("cd1", "lin");
        REQUIRE(approved);
        REQUIRE(approved->reason == core::SessionReason::None);
        app->hear(app::notice::ConfigChanged{});
    }
    void at_its_door() {
        settings.checkpoint = "cd1";
        app.emplace(app::Ports{&*check_in, &store, &clock, &random, &*catalogue, &deck, &pins, &composer, &welcome, nullptr, &*sessions}, settings);
    }
    const app::SessionDetail& opened() {
        const auto& staff = body<app::StaffView>();
        REQUIRE(staff.closed);
        REQUIRE(staff.closed->open);
        return *staff.closed->open;
    }
    std::string notice() { return body<app::StaffView>().notice.key; }
};

} // namespace kiosk::test

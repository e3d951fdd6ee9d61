// SPDX-License-Identifier: Apache-2.0
// The business area: its pages for attendees, and the staff's board.
#include "sample_parts.hpp"

#include <array>

namespace kiosk::golden {

using namespace kiosk::app;
using core::BookingStatus;

namespace {

Sample timed(Sample sample, std::int64_t seconds) {
    sample.view.resets_in_s = seconds;
    return sample;
}

LocalText table(int number) { return {std::to_string(number) + "号桌", "Table " + std::to_string(number)}; }

MeetingLine meeting(BookingStatus status, int unit, std::string time, std::string until) {
    MeetingLine line;
    line.id = "m" + std::to_string(unit) + time;
    line.status = status;
    line.table = table(unit);
    line.time = std::move(time);
    line.until = std::move(until);
    line.with = "李白露";
    line.with_organisation = "青屿示例银行";
    line.purpose = {"lead.type.trial", {}};
    line.topic = "核心系统换库，先从报表开始";
    line.state = {"meeting.state.confirmed", {{"time", "15:10"}}};
    line.can_move = line.can_cancel = true;
    return line;
}

template <typename Page> Sample page(std::string name, Page shown, bool dark_too = false) {
    return with(std::move(name), MeetingView{std::move(shown)}, dark_too);
}

void add_home(std::vector<Sample>& all) {
    MeetingHomePage home;
    home.name = "王*雨";
    home.can_meet = true;
    all.push_back(page("meeting_home_empty", home));

    auto next = meeting(BookingStatus::Confirmed, 4, "15:20", "15:40");
    next.state = {"meeting.state.arrive_now", {}};
    next.can_arrive = true;
    auto later = meeting(BookingStatus::Pending, 2, "16:00", "16:20");
    later.with = "G*** H***";
    later.with_organisation = "";
    later.state = {"meeting.state.waits_for_them", {}};
    auto gone = meeting(BookingStatus::Cancelled, 7, "16:25", "16:45");
    gone.with = "解惊蛰";
    gone.can_move = gone.can_cancel = false;
    gone.state = {"meeting.state.cancelled", {}};
    auto request = meeting(BookingStatus::Pending, 6, "16:50", "17:10");
    request.with = "单芒种";
    request.with_organisation = "白鹭示例集成";
    request.can_answer = true;
    request.can_move = request.can_cancel = false;
    home.meetings = {next, later, gone};
    home.requests = {request};
    auto sample = page("meeting_home", home, true);
    sample.view.header.clock = "15:12";
    all.push_back(std::move(sample));

    home.requests.clear();
    home.meetings = {meeting(BookingStatus::Confirmed, 4, "15:20", "15:40")};
    home.asks_cancel = home.meetings.front().id;
    home.can_meet = false;
    home.why_not = {"meeting.home.enough", {{"count", "4"}}};
    auto asking = timed(page("meeting_home_cancel", home), 12);
    asking.minor = true;
    all.push_back(std::move(asking));
}

void add_people(std::vector<Sample>& all) {
    const auto why = [](std::string zh, std::string en) { return LocalText{std::move(zh), std::move(en)}; };
    const auto channel = why("能提供您要的：客户与渠道", "They offer: Customers and channels · you need it");
    const auto content = why("需要您提供的：技术分享与案例", "They need: Talks and case studies · you offer it");
    const auto track = why("都关注：迁移与替换", "Both follow: Migration");
    MeetingPeoplePage people;
    people.people = {{"李白露", "青屿示例银行", {channel, content}, true},
                     {"解惊蛰", "松果示例软件", {channel}, true},
                     {"单*种", "白鹭****", {content, track}, false},
                     {"Alexandra Featherstonehaugh-Wang", "Pinecone Demo Software Engineering (Hangzhou)", {channel, track}, true},
                     {"欧阳霜降", "星砂示例科技", {track}, false},
                     {"仇*雪", "", {content}, true}};
    all.push_back(page("meeting_people", people, true));
    auto nobody = page("meeting_people_nobody", MeetingPeoplePage{});
    nobody.minor = true;
    all.push_back(std::move(nobody));
}

void add_slots(std::vector<Sample>& all) {
    MeetingSlotsPage slots;
    slots.title = {"meeting.slots.with", {{"name", "李白露"}}};
    const std::array times{"13:55", "14:20", "14:45", "15:10", "15:35", "16:00", "16:25", "16:50"};
    const std::array untils{"14:15", "14:40", "15:05", "15:30", "15:55", "16:20", "16:45", "17:10"};
    for (std::size_t i = 0; i < times.size(); ++i) {
        SlotTile tile{times[i], untils[i], table(static_cast<int>(i % 4) + 2), true, i == 1, {}};
        if (i == 0 || i == 2 || i == 5 || i == 6) {
            tile.free = false;
            tile.why = {i == 0 ? "meeting.slot.you_busy" : i == 2 ? "meeting.slot.they_busy" : i == 5 ? "meeting.slot.break" : "meeting.slot.full", {}};
        }
        slots.slots.push_back(std::move(tile));
    }
    slots.units = {{{}, {}, {}, true}};
    for (int i = 1; i <= 8; ++i)
        slots.units.push_back({"T" + std::to_string(i), table(i), {"洽谈桌", "Table"}, false});
    slots.units.push_back({"E1", {"专家台 1", "Expert desk 1"}, {"专家台", "Expert desk"}, false});
    all.push_back(page("meeting_slots", slots, true));
    slots.choosing_unit = true;
    auto units = timed(page("meeting_slots_units", slots), 14);
    units.minor = true;
    all.push_back(std::move(units));

    auto purpose = field("purpose", FieldKind::Single, "主要为了", "Mainly for");
    purpose.options = {{"business", {"商务对接", "Business"}},    {"opportunity", {"商机", "Opportunity"}}, {"trial", {"产品试用", "Product trial"}},
                       {"pr", {"公关宣传", "Press and publicity"}}, {"recruit", {"校园招聘", "Recruiting"}},   {"training", {"培训认证", "Training"}}};
    purpose.value = std::string("trial");
    purpose.answered = true;
    auto topic = field("topic", FieldKind::Text, "一句话说明", "In one line");
    topic.required = false;
    topic.help = {"60 字以内，对方会看到", "Up to 60 characters. They will see it"};
    auto about = form({purpose, topic});
    about.title = {"meeting.form.title", {}};
    about.hint = {"meeting.form.hint", {{"time", "14:20"}, {"table", "3号桌"}, {"name", "李白露"}}};
    about.next_label = {"meeting.form.book", {}};
    all.push_back(with("meeting_purpose", about));
}

void add_slips(std::vector<Sample>& all) {
    using State = MeetingSlipPage::State;
    const auto slip = [](State state, std::string name) {
        MeetingSlipPage made;
        made.state = state;
        made.title = {"meeting.slip." + name, {}};
        made.meeting = meeting(BookingStatus::Confirmed, 4, "15:20", "15:40");
        return made;
    };
    auto confirmed = slip(State::Confirmed, "confirmed");
    confirmed.rules = {{"meeting.slip.rule.scan", {}}, {"meeting.slip.rule.late", {{"minutes", "7"}}}};
    confirmed.can_print = true;
    all.push_back(timed(page("meeting_confirmed", confirmed, true), 14));
    auto asking = slip(State::Asking, "asking");
    asking.detail = {"meeting.slip.asking.detail", {}};
    all.push_back(page("meeting_asking", asking));
    auto pending = slip(State::Pending, "pending");
    pending.detail = {"meeting.slip.pending.detail", {}};
    all.push_back(timed(page("meeting_pending", pending, true), 14));
    auto requested = slip(State::Requested, "requested");
    requested.detail = {"meeting.slip.requested.detail", {}};
    all.push_back(timed(page("meeting_requested", requested), 14));
    auto refused = slip(State::Refused, "refused");
    refused.detail = {"meeting.reason.unit_taken", {}};
    refused.instead = {{"15:35", "15:55", table(2), true, false, {}}, {"16:00", "16:20", table(4), true, false, {}}, {"16:50", "17:10", table(1), true, false, {}}};
    all.push_back(timed(page("meeting_refused", refused, true), 14));
    auto started = slip(State::Started, "started");
    started.detail = {"meeting.slip.started.detail", {}};
    auto both = timed(page("meeting_started", started), 14);
    both.minor = true;
    all.push_back(std::move(both));

    MeetingScanPage scan;
    scan.title = {"meeting.scan.title", {}};
    scan.hint = {"meeting.scan.hint", {}};
    all.push_back(page("meeting_scan", scan));
    scan.problem = {"result.unknown.title", {}};
    scan.hint = {"result.unknown.detail", {}};
    all.push_back(page("meeting_scan_unknown", scan));
    scan.title = {"meeting.scan.other.title", {}};
    scan.hint = {"meeting.scan.other.hint", {}};
    scan.problem = {"meeting.scan.same", {}};
    scan.other = true;
    auto other = timed(page("meeting_scan_other", scan), 12);
    other.minor = true;
    all.push_back(std::move(other));

    IdleView idle;
    idle.can_meet = true;
    all.push_back(with("idle_meetings", idle, true));
    ResultView result;
    result.outcome = core::Outcome::Admitted;
    result.tone = Tone::Good;
    result.title = {"result.admitted.title", {{"name", "王谷雨"}}};
    result.name = "王谷雨";
    result.organisation = "松果示例软件";
    result.detail = {"result.admitted.detail", {}};
    result.meetings = {{"meeting.result.next", {{"table", "4号桌"}, {"time", "15:20"}}}, {"meeting.result.asking", {{"count", "1"}}}};
    result.now = base().header.now;
    result.next = base().header.next;
    result.can_print_badge = true;
    result.can_meet = true;
    all.push_back(timed(with("result_meetings", result), 9));
}

// ---- the board ----

BoardView board() {
    BoardView made;
    made.kinds = {{"table", {"洽谈桌", "Table"}, true}, {"expert_desk", {"专家台", "Expert desk"}, false}};
    const std::array times{"13:30", "13:55", "14:20", "14:45", "15:10", "15:35", "16:00", "16:25", "16:50"};
    for (std::size_t i = 0; i < times.size(); ++i)
        made.columns.push_back({times[i], i == 3, i < 3});
    made.current = 3;
    const std::array<std::pair<const char*, const char*>, 5> pairs{{{"王谷雨", "李白露"}, {"解惊蛰", "单芒种"}, {"欧阳霜降", "Grace Hopper"}, {"仇小雪", "区大暑"}, {"查立夏", "王小满"}}};
    for (int unit = 1; unit <= 8; ++unit) {
        BoardRow row{"T" + std::to_string(unit), table(unit), {"洽谈桌", "Table"}, {}};
        for (std::size_t i = 0; i < times.size(); ++i) {
            BoardCell cell;
            cell.slot = "s" + std::to_string(i + 1);
            const auto mix = static_cast<std::size_t>(unit) * 7 + i * 3;
            const bool taken = mix % 10 < 6;
            if (i == 6)
                cell.state = BoardCell::State::Blocked;
            else if (!taken)
                cell.state = i < 3 ? BoardCell::State::Past : BoardCell::State::Free;
            else {
                cell.state = BoardCell::State::Booked;
                cell.booking = row.unit + cell.slot;
                cell.names = {pairs[mix % 5].first, pairs[mix % 5].second};
                cell.status = i < 3 ? (mix % 4 == 0 ? BookingStatus::NoShow : BookingStatus::Done)
                                    : i == 3 ? BookingStatus::CheckedIn : mix % 3 == 0 ? BookingStatus::Pending : BookingStatus::Confirmed;
                cell.asking = mix % 10 == 4 ? 1 : 0;
            }
            row.cells.push_back(std::move(cell));
        }
        made.rows.push_back(std::move(row));
    }
    made.confirmed = 31;
    made.pending = 6;
    made.can_print = true;
    return made;
}

Sample boarded(std::string name, BoardView view, bool dark_too = false) {
    auto shown = staff(StaffTab::Board);
    shown.has_board = true;
    shown.board = std::move(view);
    auto sample = staffed(std::move(name), std::move(shown), dark_too);
    sample.view.header.clock = "14:52";
    return sample;
}

void add_board(std::vector<Sample>& all) {
    all.push_back(boarded("staff_board", board(), true));
    auto strays = board();
    strays.strays = {{"b1", "王谷雨 · 李白露", "4号桌 15:10", {"board.stray.blocked", {}}, "T2", "s5", table(2), "15:10"},
                     {"b2", "解惊蛰 · Grace Hopper", "6号桌 15:35", {"board.stray.displaced", {}}, "T1", "s8", table(1), "16:25"},
                     {"b3", "仇小雪 · 区大暑", "6号桌 16:25", {"board.stray.moved", {}}, {}, {}, {}, {}}};
    all.push_back(boarded("staff_board_strays", strays));

    auto open = board();
    BoardDetail detail;
    detail.id = "T5s5";
    detail.table = table(5);
    detail.time = "15:10";
    detail.until = "15:30";
    detail.status = BookingStatus::Confirmed;
    detail.state = {"meeting.status.confirmed", {}};
    detail.people = {{"王谷雨", "松果示例软件", true, true}, {"Grace Hopper", "Egret Demo Integration", false, false}};
    detail.purpose = {"lead.type.trial", {}};
    detail.topic = "核心系统换库，先从报表开始";
    detail.can_start = detail.can_move = detail.can_cancel = detail.can_block = true;
    open.detail = detail;
    open.rows[4].cells[4].open = true;
    all.push_back(boarded("staff_board_booking", open));
    detail.status = BookingStatus::Pending;
    detail.state = {"meeting.status.pending", {}};
    detail.why = {"board.pending.hub", {}};
    detail.can_start = false;
    detail.asks_cancel = true;
    open.detail = detail;
    auto pending = boarded("staff_board_pending", open);
    pending.minor = true;
    all.push_back(std::move(pending));
    open.detail->why = {"board.pending.restored_more", {{"devices", "gate-2, hall-north, k7"}}};
    auto restored = boarded("staff_board_pending_restored", open);
    restored.minor = true;
    all.push_back(std::move(restored));

    auto moving = board();
    moving.moving = "T5s5";
    moving.moving_hint = {"board.moving", {{"who", "王谷雨 · Grace Hopper"}}};
    for (auto& row : moving.rows)
        for (auto& cell : row.cells)
            cell.target = cell.state == BoardCell::State::Free || (cell.state == BoardCell::State::Booked && cell.status == BookingStatus::Confirmed);
    auto sample = boarded("staff_board_moving", moving);
    sample.minor = true;
    all.push_back(std::move(sample));

    auto walk_up = board();
    walk_up.slot = BoardSlot{"T3", "s4", table(3), "14:45", "15:05", false, false, true, true, true, {"王谷雨"}, {"board.slot.second_code", {}}};
    auto here = boarded("staff_board_walk_up", walk_up);
    here.minor = true;
    all.push_back(std::move(here));
}

} // namespace

void add_meetings(std::vector<Sample>& all) {
    add_home(all);
    add_people(all);
    add_slots(all);
    add_slips(all);
    add_board(all);
}

} // namespace kiosk::golden

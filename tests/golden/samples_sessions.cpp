// SPDX-License-Identifier: Apache-2.0
// Sessions behind closed doors: the staff's tab, its forms, the door and the agreement that is signed there.
#include "sample_parts.hpp"

namespace kiosk::golden {

using namespace kiosk::app;
using core::InvitationStatus;
using core::Quorum;
using core::SessionState;

namespace {

SessionRow row(std::string id, LocalText title, LocalText private_title, std::string time, std::string until, SessionState state, std::string state_id) {
    SessionRow made;
    made.id = std::move(id);
    made.title = std::move(title);
    made.private_title = std::move(private_title);
    made.room = {"三楼 B 厅", "Room B, 3rd floor"};
    made.time = std::move(time);
    made.until = std::move(until);
    made.state = state;
    made.state_text = {"session.state." + std::move(state_id), {}};
    made.inside = 0;
    made.minimum = 4;
    made.maximum = 12;
    made.quorum = Quorum::Few;
    made.light = {"session.light.few", {{"count", "4"}}};
    return made;
}

SessionsView sessions(bool sees) {
    const auto own = [&](LocalText title) { return sees ? title : LocalText{}; };
    SessionsView view;
    auto first = row("cd1", {"内部会议", "Private meeting"}, own({"核心系统换库闭门会", "Core systems: leaving O"}), "14:00", "15:30", SessionState::Approved, "approved");
    first.inside = 5;
    first.quorum = Quorum::Enough;
    first.light = {"session.light.enough", {}};
    auto second = row("cd2", {"小范围交流", "Small circle"}, own({"联合采购意向", "Joint purchasing"}), "15:40", "16:30", SessionState::Submitted, "submitted");
    second.warnings = sees ? 2 : 0;
    second.light = {"session.light.few", {{"count", "4"}}};
    auto third = row("cd3", {"内部会议(二)", "Private meeting II"}, own({"渠道合作", "Channel partners"}), "16:30", "17:30", SessionState::Draft, "draft");
    auto full = row("cd4", {"早餐会", "Breakfast"}, own({"投资人早餐", "Investors' breakfast"}), "08:30", "09:30", SessionState::Locked, "locked");
    full.inside = 12;
    full.quorum = Quorum::Full;
    full.light = {"session.light.full", {}};
    auto off = row("cd5", {"内部会议(三)", "Private meeting III"}, own({"评审预备会", "Before the review"}), "17:30", "18:00", SessionState::Approved, "cancelled");
    off.cancelled = true;
    view.rows = {full, first, second, third, off};
    view.can_create = sees;
    return view;
}

SessionDetail detail() {
    SessionDetail made;
    made.row = sessions(true).rows[1];
    made.may_see = true;
    made.host = "王谷雨";
    made.host_organisation = "松果示例软件";
    made.level = {"session.level.confidential", {}};
    made.nda = true;
    made.nda_version = "2026-11";
    made.note_taker = "解惊蛰";
    made.quotas = {{"青屿示例银行", {"session.role.guest", {}}, 2, 1, "guest", false}, {"Egret Demo Integration", {"session.role.observer", {}}, 1, 1, "observer", false}};
    made.people = {{"A1", "王谷雨", "松果示例软件", {"session.role.host", {}}, InvitationStatus::Accepted, {"session.invitation.accepted", {}}, true, true, true, false},
                   {"B1", "解惊蛰", "松果示例软件", {"session.role.note_taker", {}}, InvitationStatus::Approved, {"session.invitation.approved", {}}, true, true, true, false},
                   {"B2", "李白露", "青屿示例银行", {"session.role.guest", {}}, InvitationStatus::Approved, {"session.invitation.approved", {}}, false, false, true, false},
                   {"B3", "Grace Hopper", "Egret Demo Integration", {"session.role.observer", {}}, InvitationStatus::Draft, {"session.invitation.draft", {}}, false, false, true, false},
                   {"B4", "单芒种", "青屿示例银行", {"session.role.guest", {}}, InvitationStatus::Revoked, {"session.invitation.revoked", {}}, false, false, false, false}};
    made.can_lock = made.can_write = made.can_invite = made.can_change = made.can_cancel = true;
    return made;
}

Sample tab(std::string name, SessionsView view, bool dark_too = false) {
    auto shown = staff(StaffTab::Sessions);
    shown.has_board = true;
    shown.has_sessions = true;
    shown.closed = std::move(view);
    auto sample = staffed(std::move(name), std::move(shown), dark_too);
    sample.view.header.clock = "14:52";
    return sample;
}

void add_tab(std::vector<Sample>& all) {
    all.push_back(tab("staff_sessions", sessions(true), true));
    auto outside = tab("staff_sessions_public", sessions(false));
    outside.minor = true;
    all.push_back(std::move(outside));

    auto open = sessions(true);
    auto waiting = detail();
    waiting.row = open.rows[2];
    waiting.warnings = {{"session.advice.clash", {{"people", "李白露"}, {"other", "一场洽谈"}}},
                        {"session.advice.rivals", {{"people", "Grace Hopper"}, {"other", "Egret Demo Integration"}}},
                        {"session.advice.under_minimum", {{"other", "3"}}}};
    waiting.can_approve = waiting.can_reject = true;
    waiting.can_lock = waiting.can_write = false;
    open.open = waiting;
    all.push_back(tab("staff_session", open, true));

    open.open = detail();
    open.open->row.private_title = {};
    open.open->may_see = false;
    auto closed = tab("staff_session_public", open);
    closed.minor = true;
    all.push_back(std::move(closed));

    open.open = detail();
    open.open->invite = InviteQuestion{"C1", "欧阳霜降", "白鹭示例集成"};
    open.open->asks_lock = true;
    all.push_back(tab("staff_session_invite", open));

    open.open = detail();
    open.open->asks_change = true;
    auto asked = tab("staff_session_change", open);
    std::get<StaffView>(asked.view.body).notice = {"session.ask.change", {}};
    all.push_back(std::move(asked));

    open.open = detail();
    open.open->row = open.rows[4];
    open.open->cancelled_because = "主讲人临时不能到场，改到下一站再办";
    open.open->can_lock = open.open->can_write = open.open->can_invite = open.open->can_change = open.open->can_cancel = false;
    auto off = tab("staff_session_cancelled", open);
    off.minor = true;
    all.push_back(std::move(off));

    open.open = detail();
    open.open->part = SessionPart::Seats;
    open.open->quotas.push_back({"海棠示例航运", {"session.role.guest", {}}, 2, 3, "guest", false});
    open.open->quotas[1].asks_remove = true;
    all.push_back(tab("staff_session_seats", open));
    open.open->quotas.clear();
    auto none = tab("staff_session_seats_none", open);
    none.minor = true;
    all.push_back(std::move(none));

    open.open = detail();
    open.open->people[2].asks_revoke = true;
    open.open->part = SessionPart::People;
    all.push_back(tab("staff_session_people", open));

    open.open = detail();
    open.open->points = {"先从报表系统开始，三个月内完成", "双方各派一名负责人", "下次见面定在 12 月上旬"};
    open.open->minutes = "与会各方介绍了现状。\n松果示例软件说明了迁移的三个阶段，青屿示例银行关心停机时间，希望先在一个分行试点。\n会后由双方负责人列出清单，两周内回复。";
    open.open->minutes_by = "解惊蛰";
    open.open->part = SessionPart::Words;
    all.push_back(tab("staff_session_minutes", open));

    auto field_of_it = field("words", FieldKind::Multiline, "纪要（以最后保存的一份为准）", "Minutes (what is saved last stands)");
    auto writing = form({typed(field_of_it, "与会各方介绍了现状，青屿示例银行关心停机时间")});
    writing.title = {"session.form.minutes", {}};
    writing.next_label = {"lead.form.save", {}};
    writing.focus = "words";
    auto sample = keyed(with("session_minutes_form", writing), pinyin());
    sample.view.staff_mode = true;
    all.push_back(std::move(sample));
}

// ---- created or changed on a form; people and organisations are looked up ----

void add_setup(std::vector<Sample>& all) {
    const auto options = [](FieldView made, std::vector<core::QuestionOption> choices, const std::string& chosen) {
        made.options = std::move(choices);
        return chosen.empty() ? made : typed(std::move(made), chosen);
    };
    const auto page = [](const std::string& current, std::size_t number, std::vector<FieldView> fields) {
        auto made = form(std::move(fields));
        made.title = {"session.form.change", {}};
        made.hint = {};
        made.page = number;
        made.pages = 9;
        made.can_go_back = true;
        made.next_label = {"form.next", {}};
        made.can_finish = true;
        made.finish_label = {"lead.form.save", {}};
        const std::pair<const char*, LocalText> steps[] = {{"titles", {"名称", "Titles"}}, {"people", {"人员", "People"}}, {"place", {"地点", "Place"}},
                                                           {"time", {"时间", "Time"}},     {"size", {"人数", "Size"}},     {"agreement", {"保密", "Secrecy"}}};
        for (const auto& [id, title] : steps) {
            made.steps.push_back({id, title, id == current, true});
            if (id == current)
                made.heading = title;
        }
        return made;
    };
    const auto add = [&](std::string name, FormView view, bool minor = false) {
        auto sample = with(std::move(name), std::move(view));
        sample.view.staff_mode = true;
        sample.minor = minor;
        all.push_back(std::move(sample));
    };
    const core::QuestionOption look_up{"?", {"查找…", "Look up…"}};
    auto host = options(field("host", FieldKind::Single, "主持人", "Host"),
                        {{"A1", {"王谷雨", "王谷雨"}}, {"B1", {"解惊蛰", "解惊蛰"}}, {"B2", {"李白露", "李白露"}}, {"B3", {"Grace Hopper", "Grace Hopper"}}, look_up}, "A1");
    auto organisation = options(field("host_org", FieldKind::Single, "主办单位", "Host organisation"),
                                {{"a", {"松果示例软件", "松果示例软件"}}, {"b", {"青屿示例银行", "青屿示例银行"}}, {"c", {"Egret Demo Integration", "Egret Demo Integration"}}, look_up}, "a");
    host.required = organisation.required = false;
    add("staff_session_setup_people", page("people", 3, {host, organisation}));

    std::vector<core::QuestionOption> times;
    for (const auto* time : {"13:30", "14:00", "14:30", "15:00", "15:30", "16:00", "16:30", "17:00"})
        times.push_back({time, {time, time}});
    times.push_back({"+", {"其他时间", "Another time"}});
    add("staff_session_setup_start", page("time", 6, {options(field("start", FieldKind::Single, "几点开始", "Begins at"), times, "16:00")}));

    auto level = options(field("level", FieldKind::Single, "密级", "Level"),
                         {{"internal", {"内部", "internal"}}, {"confidential", {"保密", "confidential"}}, {"strict", {"严格保密", "strictly confidential"}}}, "confidential");
    auto nda = field("nda", FieldKind::YesNo, "入场前要签保密协议吗", "Is an agreement signed at the door?");
    nda.value = true;
    nda.answered = true;
    add("staff_session_setup_level", page("agreement", 8, {level, nda}), true);

    auto agreement = page("agreement", 9, {options(field("nda_source", FieldKind::Single, "签哪一份", "Which one"),
                                                   {{"keep", {"现在这份", "As it is"}}, {"usual", {"通用文本", "The usual text"}}, {"own", {"自己修改", "Change the text"}}}, "keep")});
    agreement.reading = {"一、本场所谈内容、材料、数字和参会名单均须保密。\n二、未经主办方和提供信息一方书面同意，不转述、不发布，不录音、录像、拍照。\n三、所得信息只用于评估本场所谈的事项，不作他用。",
                         "1. What is said in this session, its papers and figures, and who takes part are confidential.\n2. Without the written consent of the host and of whoever it came from, nobody passes it on or publishes it. "
                         "No recordings, no photographs.\n3. It is used to judge the matter of this session, and for nothing else."};
    agreement.reading_note = {"nda.version", {{"version", "2026-11"}}};
    add("staff_session_setup_agreement", std::move(agreement));

    auto version = typed(field("nda_version", FieldKind::Text, "版本号", "Version"), "2026-11");
    version.help = {"文本有改动就换一个，签过旧版的人入场时要重签", "Another text needs another version; who signed an older one signs again at the door"};
    version.problem = {"session.problem.version", {}};
    auto last = page("agreement", 9, {version});
    last.next_label = {"lead.form.save", {}};
    last.can_finish = false;
    last.focus = "nda_version";
    auto typing = keyed(with("staff_session_setup_version", std::move(last)), latin());
    typing.view.staff_mode = true;
    typing.minor = true;
    all.push_back(std::move(typing));

    SearchView found;
    found.query = "青屿";
    found.placeholder = {"session.pick.organisation", {}};
    found.hint = {"session.pick.organisation_hint", {}};
    found.rows = {{"青屿示例银行", "", ""}, {"青屿示例证券", "", ""}, {"青屿示例科技（杭州）有限公司", "", ""}};
    auto pick = keyed(with("staff_session_pick_organisation", found), pinyin());
    pick.view.staff_mode = true;
    all.push_back(std::move(pick));
    SearchView empty;
    empty.placeholder = {"session.pick.person", {}};
    empty.hint = {"session.pick.person_hint", {}};
    auto person = keyed(with("staff_session_pick_person", empty), pinyin());
    person.view.staff_mode = true;
    person.minor = true;
    all.push_back(std::move(person));
}

void add_door(std::vector<Sample>& all) {
    DoorSession door;
    door.title = {"内部会议", "Private meeting"};
    door.room = {"三楼 B 厅", "Room B, 3rd floor"};
    door.time = "14:00";
    door.until = "15:30";
    door.light = {"session.light.few", {{"count", "2"}}};
    IdleView idle;
    idle.can_walk_in = false;
    const auto at_door = [&](std::string name) {
        idle.door = door;
        auto sample = with(std::move(name), idle, true);
        sample.view.header.checkpoint = door.title;
        return sample;
    };
    all.push_back(at_door("idle_session"));
    door.quorum = Quorum::Enough;
    door.light = {"session.light.enough", {}};
    auto enough = at_door("idle_session_enough");
    enough.minor = true;
    all.push_back(std::move(enough));
    door.quorum = Quorum::Full;
    door.light = {"session.light.full", {}};
    auto full = at_door("idle_session_full");
    full.minor = true;
    all.push_back(std::move(full));

    // Whoever is invited answers in the business area, at their next scan.
    MeetingHomePage home;
    home.name = "李*露";
    home.can_meet = true;
    MeetingLine invitation;
    invitation.id = "session:cd1";
    invitation.session = door.title;
    invitation.table = door.room;
    invitation.time = "16:00";
    invitation.until = "17:30";
    invitation.state = {"session.invited.state", {}};
    invitation.can_answer = true;
    home.requests = {invitation};
    all.push_back(with("meeting_home_invited", MeetingView{home}));
    // Where there is none, from the door.
    ResultView result;
    result.outcome = core::Outcome::Admitted;
    result.tone = Tone::Good;
    result.title = {"result.admitted.title", {{"name", "李白露"}}};
    result.name = "李白露";
    result.organisation = "青屿示例银行";
    result.detail = {"result.admitted.detail", {}};
    result.meetings = {{"session.invited.asking_here", {{"count", "1"}}}};
    result.can_print_badge = true;
    result.can_answer = true;
    all.push_back(with("result_invited", result));
    home.can_meet = false;
    auto from_door = with("meeting_home_invited_at_door", MeetingView{home});
    from_door.minor = true;
    all.push_back(std::move(from_door));
    home.requests.clear();
    home.nothing = {"session.invited.accepted", {}};
    all.push_back(with("meeting_home_answered", MeetingView{home}));

    auto consent = field("nda", FieldKind::Consent, "我已阅读并同意本场的保密约定", "I have read this session's agreement and agree to it");
    consent.help = {"场内所谈内容不对外传播", "What is said inside stays inside"};
    consent.required = true;
    auto page = form({consent});
    page.title = {"nda.title", {}};
    page.hint = {"nda.hint", {}};
    page.pages = 2;
    page.next_label = {"form.next", {}};
    page.reading_note = {"nda.version", {{"version", "2026-11"}}};
    page.reading = {"第一条 本场所谈内容、文件、报价和参会者名单均为保密信息。\n第二条 未经主办单位书面同意，参会者不得以任何方式对外传播、转述或发布保密信息，不录音、不录像、不拍照。\n"
                    "第三条 参会者仅可为评估本场所谈的合作使用保密信息，不得用于其他用途。\n第四条 下列内容不属于保密信息：已经公开的；参会者此前已合法知悉的；依法必须披露的，但应先通知主办单位。\n"
                    "第五条 本约定自签署之日起三年内有效，离场后继续有效。",
                    "1. What is said in this session, its papers, prices and the list of those who take part are confidential.\n2. Without the host's written consent nobody passes them on, "
                    "repeats or publishes them in any way. No recordings, no photographs.\n3. They are used to judge the matter of this session only, and for nothing else.\n"
                    "4. Not confidential is what is public, what somebody lawfully knew before, and what the law makes them disclose, once the host has been told.\n5. This holds for three years from today, also after you have left."};
    all.push_back(with("form_nda", page, true));
    auto sign = form({field("nda_signature", FieldKind::Signature, "请签名", "Please sign")});
    sign.fields[0].required = true;
    sign.title = {"form.title", {}};
    sign.page = 2;
    sign.pages = 2;
    sign.can_go_back = true;
    sign.next_label = {"form.done", {}};
    auto signing = with("form_nda_sign", sign);
    signing.minor = true;
    all.push_back(std::move(signing));
}

} // namespace

void add_sessions(std::vector<Sample>& all) {
    add_tab(all);
    add_setup(all);
    add_door(all);
}

} // namespace kiosk::golden

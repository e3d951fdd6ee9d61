// SPDX-License-Identifier: Apache-2.0
#include "sample_parts.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::golden {

using namespace kiosk::app;
using core::Outcome;
using core::Reason;

namespace {

AgendaLine line(std::string time, std::string zh, std::string en) {
    return {std::move(time), {std::move(zh), std::move(en)}, {"主会场", "Main hall"}};
}

} // namespace

View base() {
    View view;
    view.revision = 1;
    view.motion = false;
    view.header.event_title = {"天天象上 · 杭州站", "Hangzhou Salon"};
    view.header.venue = {"杭州 · 云栖示例中心", "Yunqi Demo Centre, Hangzhou"};
    view.header.clock = "13:32";
    view.header.date = {"11月20日", "20 Nov"};
    view.header.checkpoint = {"主入口", "Main door"};
    view.header.now = line("13:30", "开场", "Opening");
    view.header.next = line("13:40", "社区汇报", "Community report");
    view.sync.state = SyncView::State::LocalOnly;
    view.sync.text = {"sync.local", {}};
    view.scanner = ScannerState::Live;
    view.body = IdleView{};
    return view;
}

Sample with(std::string name, Body body, bool dark_too) {
    auto view = base();
    view.body = std::move(body);
    return {std::move(name), std::move(view), dark_too};
}

KeyboardView pinyin(std::string preedit, std::vector<std::string> candidates) {
    KeyboardView keyboard;
    keyboard.preedit = std::move(preedit);
    keyboard.candidates = std::move(candidates);
    keyboard.has_next_page = !keyboard.candidates.empty();
    return keyboard;
}

KeyboardView latin() {
    KeyboardView keyboard;
    keyboard.layout = KeyboardView::Layout::Latin;
    keyboard.shift = true;
    return keyboard;
}

KeyboardView digits() {
    KeyboardView keyboard;
    keyboard.layout = KeyboardView::Layout::Digits;
    return keyboard;
}

Sample keyed(Sample sample, KeyboardView keyboard) {
    sample.view.keyboard = std::move(keyboard);
    return sample;
}

FieldView field(std::string id, FieldKind kind, std::string zh, std::string en) {
    FieldView made;
    made.id = std::move(id);
    made.kind = kind;
    made.label = {std::move(zh), std::move(en)};
    made.required = true;
    return made;
}

FieldView typed(FieldView made, std::string value) {
    made.value = std::move(value);
    made.answered = true;
    return made;
}

FormView form(std::vector<FieldView> fields) {
    FormView made;
    made.title = {"form.title", {}};
    made.hint = {"form.hint", {}};
    made.fields = std::move(fields);
    made.next_label = {"form.done", {}};
    return made;
}

StaffView staff(StaffTab tab) {
    StaffView view;
    view.tab = tab;
    view.staff_name = "李白露";
    return view;
}

Sample staffed(std::string name, StaffView view, bool dark_too) {
    auto sample = with(std::move(name), std::move(view), dark_too);
    sample.view.staff_mode = true;
    return sample;
}

namespace {

Sample timed(Sample sample, std::int64_t seconds) {
    sample.view.resets_in_s = seconds;
    return sample;
}

// ---- results ----

ResultView admitted(std::string name, std::string organisation) {
    ResultView result;
    result.outcome = Outcome::Admitted;
    result.tone = Tone::Good;
    result.title = {"result.admitted.title", {{"name", name}}};
    result.name = std::move(name);
    result.organisation = std::move(organisation);
    result.detail = {"result.admitted.detail", {}};
    result.now = line("13:30", "开场", "Opening");
    result.next = line("13:40", "社区汇报", "Community report");
    return result;
}

ResultView refused(Reason reason) {
    ResultView result;
    result.outcome = Outcome::Refused;
    result.reason = reason;
    result.tone = Tone::Stop;
    const auto base_key = "result." + std::string(core::to_string(reason));
    result.title = {base_key + ".title", {}};
    result.detail = {base_key + ".detail", {}};
    result.can_call_staff = true;
    return result;
}

void add_results(std::vector<Sample>& all) {
    auto welcome = admitted("王谷雨", "松果示例软件");
    welcome.welcome = {{"洽谈区 4 号桌，15:20", "Business area, table 4 at 15:20"}};
    welcome.can_print_badge = true;
    all.push_back(timed(with("result_admitted", welcome, true), 8));
    auto rare = admitted("𠮷田𬱖", "白鹭示例集成");
    all.push_back(timed(with("result_admitted_rare_name", rare), 12));
    auto latin_name = admitted("Alexandra Featherstonehaugh-Wang", "Pinecone Demo Software Engineering (Hangzhou)");
    all.push_back(timed(with("result_admitted_long_name", latin_name), 12));

    ResultView repeat;
    repeat.outcome = Outcome::Repeat;
    repeat.reason = Reason::AlreadyIn;
    repeat.tone = Tone::Wait;
    repeat.title = {"result.already_in.title", {}};
    repeat.name = "王*雨";
    repeat.detail = {"result.already_in.detail_at", {{"time", "13:05"}}};
    all.push_back(timed(with("result_repeat", repeat, true), 6));

    for (const auto reason : {Reason::Revoked, Reason::WrongEvent, Reason::Unknown, Reason::Unreadable, Reason::Unpaid, Reason::Full})
        all.push_back(timed(with("result_refused_" + std::string(core::to_string(reason)), refused(reason), reason == Reason::Revoked), 9));
    auto staff_view = refused(Reason::NotInvited);
    staff_view.staff_called = true;
    staff_view.staff_note = "refused · not_invited · 闭门会议";
    all.push_back(timed(with("result_refused_staff_called", staff_view), 20));

    ResultView check;
    check.outcome = Outcome::StaffCheck;
    check.reason = Reason::PluginUnavailable;
    check.tone = Tone::Wait;
    check.title = {"result.staff_check.title", {}};
    check.detail = {"result.staff_check.detail", {}};
    check.can_call_staff = true;
    all.push_back(timed(with("result_staff_check", check, true), 15));

    ResultView incomplete = check;
    incomplete.outcome = Outcome::Incomplete;
    incomplete.reason = Reason::None;
    all.push_back(timed(with("result_incomplete", incomplete), 15));
}

// ---- forms ----

void add_forms(std::vector<Sample>& all) {
    auto role = typed(field("role", FieldKind::Single, "您的岗位是", "Your job"), "dba");
    role.options = {{"dba", {"数据库管理", "Database admin"}}, {"dev", {"开发", "Developer"}}, {"arch", {"架构", "Architect"}},
                    {"mgr", {"管理", "Manager"}}, {"sales", {"销售", "Sales"}}, {"other", {"其他", "Other"}}};
    auto uses = field("uses", FieldKind::Multiple, "现在用到哪些数据库", "Which databases do you use");
    uses.required = false;
    uses.options = {{"pg", {"PostgreSQL", "PostgreSQL"}}, {"my", {"MySQL", "MySQL"}}, {"ora", {"Oracle", "Oracle"}}, {"o", {"其他", "Other"}}};
    uses.value = std::vector<std::string>{"pg", "ora"};
    uses.answered = true;
    auto choices = form({role, uses});
    choices.page = 1;
    choices.pages = 3;
    choices.next_label = {"form.next", {}};
    all.push_back(timed(with("form_choices", choices, true), 48));

    auto lunch = field("lunch", FieldKind::YesNo, "中午在现场用餐吗", "Will you have lunch here");
    lunch.value = true;
    lunch.answered = true;
    auto privacy = field("privacy", FieldKind::Consent, "我同意主办方为本次活动使用我的姓名与联系方式", "I agree that the organizer uses my name and contact details for this event");
    privacy.help = {"活动结束 30 天后删除联系方式", "Contact details are deleted 30 days after the event"};
    privacy.value = true;
    privacy.answered = true;
    auto share = field("share", FieldKind::Consent, "可以把我的单位介绍给洽谈区的其他来宾", "My organisation may be shown to others in the business area");
    share.problem = {"form.problem.must_accept", {}};
    auto consents = form({lunch, privacy, share});
    consents.page = 3;
    consents.pages = 3;
    all.push_back(with("form_consents", consents));

    auto walk_in = form({typed(field("name", FieldKind::Text, "姓名", "Name"), "王谷"), field("phone", FieldKind::Phone, "手机号", "Mobile"),
                         field("organisation", FieldKind::Text, "单位", "Organisation")});
    walk_in.title = {"walk_in.title", {}};
    walk_in.hint = {"walk_in.hint", {}};
    walk_in.focus = "name";
    all.push_back(keyed(with("form_walk_in_pinyin", walk_in, true), pinyin("yu", {"雨", "玉", "宇", "语", "羽", "裕", "钰", "余", "育"})));

    auto phone = walk_in;
    phone.focus = "phone";
    phone.fields[1] = typed(phone.fields[1], "1000000");
    phone.fields[1].problem = {"form.problem.phone", {}};
    all.push_back(keyed(with("form_walk_in_digits", phone), digits()));
    auto mail = form({typed(field("email", FieldKind::Email, "邮箱", "E-mail"), "guyu@example"), field("note", FieldKind::Multiline, "想问的问题", "Your question")});
    mail.fields[1].required = false;
    mail.focus = "email";
    all.push_back(keyed(with("form_latin", mail), latin()));
    auto plain = walk_in;
    plain.focus.clear();
    all.push_back(with("form_walk_in", plain));
}

// ---- search and second factor ----

void add_search(std::vector<Sample>& all) {
    SearchView empty;
    empty.hint = {"search.hint.start", {}};
    all.push_back(keyed(with("search_empty", empty), pinyin()));
    SearchView some;
    some.query = "wgy";
    some.hint = {"search.hint.pick", {}};
    some.rows = {{"王*雨", "松*软件", ""}, {"吴*瑶", "青*银行", ""}, {"魏*", "", ""}};
    all.push_back(keyed(with("search_results", some, true), pinyin()));
    SearchView many = some;
    many.query = "王";
    many.more = true;
    many.hint = {"search.hint.more", {}};
    many.rows = {{"王*雨", "松*软件", "5678"}, {"王*", "青*银行", "0133"}, {"王*明", "白*集成", "2210"}, {"王*华", "", "9042"},
                 {"王*宁", "海*航运", "7315"}, {"欧阳*降", "松*软件", "4406"}, {"W*** G***", "P*** Software", "1187"}, {"王*喆", "个人", "6023"}};
    all.push_back(keyed(with("search_many", many), pinyin("wang", {"王", "汪", "望", "旺", "网", "往"})));
    SearchView nobody;
    nobody.query = "zzz";
    nobody.hint = {"search.hint.nobody", {}};
    all.push_back(keyed(with("search_nobody", nobody), latin()));

    SecondFactorView tail;
    tail.masked_name = "王*雨";
    tail.prompt = {"search.factor.tail", {}};
    tail.typed = "56";
    all.push_back(keyed(with("second_factor_tail", tail, true), digits()));
    SecondFactorView name = tail;
    name.by_name = true;
    name.prompt = {"search.factor.name", {}};
    name.typed = "王谷";
    name.problem = {"search.factor.wrong_name", {{"left", "2"}}};
    all.push_back(keyed(with("second_factor_name", name), pinyin("yu", {"雨", "玉", "宇"})));
}

// ---- staff ----

ScanRow scan(std::string id, std::string time, std::string name, Outcome outcome, Reason reason, bool can_undo) {
    ScanRow row;
    row.id = std::move(id);
    row.time = std::move(time);
    row.name = std::move(name);
    row.ticket = "A1B2C3";
    row.checkpoint = {"主入口", "Main door"};
    row.outcome = outcome;
    row.reason = reason;
    row.can_undo = can_undo;
    return row;
}

void add_staff(std::vector<Sample>& all) {
    StaffPinView pin;
    pin.typed = 3;
    all.push_back(with("staff_pin", pin, true));
    pin.typed = 0;
    pin.problem = {"staff.pin.wrong", {{"left", "2"}}};
    all.push_back(with("staff_pin_wrong", pin));
    StaffPinView locked;
    locked.locked = true;
    locked.locked_seconds = 272;
    all.push_back(with("staff_pin_locked", locked));

    auto counts = staff(StaffTab::Counts);
    counts.registered = 204;
    counts.counts = {{{"主入口", "Main door"}, 172, 168, 9, 6, std::nullopt}, {{"业务洽谈区", "Business area"}, 64, 41, 3, 1, 60},
                     {{"闭门会议", "Closed session"}, 9, 9, 0, 2, 12}};
    all.push_back(staffed("staff_counts", counts, true));

    auto recent = staff(StaffTab::Recent);
    recent.recent = {scan("k1:9", "13:32", "王谷雨", Outcome::Admitted, Reason::None, true), scan("k1:8", "13:31", "解惊蛰", Outcome::Repeat, Reason::AlreadyIn, false),
                     scan("k1:7", "13:31", "", Outcome::Refused, Reason::WrongEvent, false), scan("k1:6", "13:29", "单芒种", Outcome::Refused, Reason::Unpaid, false),
                     scan("k1:5", "13:28", "欧阳霜降", Outcome::Admitted, Reason::None, true), scan("k1:4", "13:27", "Alexandra Featherstonehaugh", Outcome::Admitted, Reason::None, true),
                     scan("k1:3", "13:25", "仇小满", Outcome::StaffCheck, Reason::PluginUnavailable, false), scan("k1:2", "13:22", "查秋分", Outcome::Admitted, Reason::None, true),
                     scan("k1:1", "13:20", "区立夏", Outcome::Admitted, Reason::None, true)};
    recent.recent[2].ticket.clear();
    recent.recent[4].undone = true;
    recent.asks_undo = "k1:9";
    all.push_back(staffed("staff_recent", recent));
    auto undone = recent;
    undone.asks_undo.reset();
    undone.notice = {"staff.notice.undone", {{"name", "欧阳霜降"}}};
    all.push_back(staffed("staff_recent_notice", undone));
    auto twice = recent;
    twice.asks_undo.reset();
    twice.duplicates = {{"王谷雨", "A1B2C3", {"主入口", "Main door"}, {"13:05 kiosk-1", "13:06 kiosk-2"}},
                        {"", "Q9Z8Y7", {"业务洽谈区", "Business area"}, {"13:11 kiosk-2", "13:12 kiosk-3"}},
                        {"单芒种", "M5N6P7", {"主入口", "Main door"}, {"13:20 kiosk-1", "13:21 kiosk-2"}}};
    all.push_back(staffed("staff_recent_duplicates", twice));

    auto open = staff(StaffTab::Override);
    open.override_target = scan("k1:6", "13:29", "单芒种", Outcome::Refused, Reason::Unpaid, false);
    open.override_reasons = {{"identity_checked", {"已核对身份", "Identity checked"}, true}, {"paid_on_site", {"已在现场付款", "Paid on site"}, false},
                             {"invited_by_host", {"主办方邀请", "Invited by the host"}, false}, {"on_paper_list", {"在纸质名单上", "On the paper list"}, false},
                             {"replaces_guest", {"代替其他来宾", "Replaces a guest"}, false}, {"other", {"其他原因", "Another reason"}, false}};
    all.push_back(staffed("staff_override", open));
    all.push_back(staffed("staff_override_none", staff(StaffTab::Override)));

    auto setup = staff(StaffTab::Setup);
    setup.events = {{"demo", {"天天象上 · 杭州站", "Hangzhou Salon"}, true}, {"nj", {"数据库 Meetup · 南京站", "Nanjing Meetup"}, false}};
    setup.checkpoints = {{"main", {"主入口", "Main door"}, true}, {"biz", {"业务洽谈区", "Business area"}, false}, {"cd", {"闭门会议", "Closed session"}, false}};
    setup.cameras = {{"/dev/video0", {"HD Webcam C270", "HD Webcam C270"}, true}, {"none", {"不用摄像头", "No camera"}, false}};
    all.push_back(staffed("staff_setup", setup));

    auto system = staff(StaffTab::System);
    system.system = {{{"本机编号", "Device"}, "kiosk-1"}, {{"日志", "Journal"}, "1 284 · 9f3a5c07"}, {{"待同步", "Waiting to sync"}, "0"},
                     {{"报名人数", "Registrations"}, "204"}, {{"最近备份", "Last backup"}, "13:30"}, {{"插件", "Plugin"}, "salon 1.0"},
                     {{"剩余空间", "Free space"}, "41.2 GB"}};
    all.push_back(staffed("staff_system", system));
    auto hub = system;
    hub.system.insert(hub.system.begin() + 4, {{{"会务中心", "Hub"}, "https://192.0.2.7:8443"},
                                               {{"最近一次联系", "Last exchange"}, "13:05:12"},
                                               {{"会务中心时钟减本机", "Hub's clock minus ours"}, "+3.2 s"}});
    hub.notice = {"staff.hub.other_key", {}};
    auto hub_view = staffed("staff_system_hub", hub);
    hub_view.view.sync = {SyncView::State::Trouble, 14, {"sync.other_key", {{"count", "14"}}}};
    all.push_back(hub_view);
}

} // namespace

std::vector<Sample> samples() {
    std::vector<Sample> all;
    all.push_back(with("idle", IdleView{}, true));
    auto lost = with("idle_camera_lost", IdleView{});
    lost.view.scanner = ScannerState::Lost;
    lost.view.sync = {SyncView::State::Offline, 14, {"sync.offline", {{"count", "14"}}}};
    all.push_back(lost);
    auto off = with("idle_no_camera", IdleView{});
    off.view.scanner = ScannerState::Off;
    off.view.header.now.reset();
    off.view.sync = {SyncView::State::Replicated, 0, {"sync.replicated", {}}};
    all.push_back(off);
    auto cut = with("idle_no_hub", IdleView{});
    cut.view.sync = {SyncView::State::Offline, 14, {"sync.unreachable", {{"count", "14"}, {"time", "13:05"}}}};
    all.push_back(cut);
    auto stopped = with("idle_hub_trouble", IdleView{});
    stopped.view.sync = {SyncView::State::Trouble, 1214, {"sync.portal", {{"count", "1214"}}}};
    all.push_back(stopped);
    const auto setup_sample = [](std::string name, SetupView body) {
        auto made = with(std::move(name), std::move(body));
        made.view.header = {};
        made.view.sync = {};
        return made;
    };
    SetupView setup;
    setup.title = {"setup.title", {}};
    setup.hint = {"setup.hint", {}};
    all.push_back(setup_sample("setup", setup));
    setup.status = {"setup.fetching", {}};
    setup.busy = true;
    setup.share = 0.4;
    all.push_back(setup_sample("setup_fetching", setup));
    setup.status = {"setup.no_code", {}};
    setup.busy = false;
    setup.problem = true;
    setup.share.reset();
    all.push_back(setup_sample("setup_no_code", setup));
    IdleView slide;
    slide.slide = 1;
    slide.slide_lines = {{"13:40 社区汇报", "13:40 Community report"}, {"14:10 去O方法", "14:10 De-O method"}, {"14:40 企业介绍", "14:40 Company introductions"}};
    all.push_back(with("idle_slide", slide));
    all.push_back(timed(with("confirm", ConfirmView{"王*雨", "5678", "松*软件"}, true), 18));
    add_forms(all);
    add_results(all);
    add_search(all);
    add_staff(all);
    add_rich_forms(all);
    add_interviews(all);
    add_meetings(all);
    add_sessions(all);
    all.push_back(with("out_of_order", OutOfOrderView{{"out_of_order.full", {}}, {"out_of_order.told", {}}, {"out_of_order.next", {}},
                                                      "error.disk_full · journal"}, true));
    auto notice = with("idle_notice", IdleView{});
    notice.view.notice = {"notice.not_me", {}};
    all.push_back(notice);
    auto waits = std::find_if(all.begin(), all.end(), [](const Sample& sample) { return sample.name == "form_walk_in_pinyin"; });
    auto waiting = *waits;
    waiting.name = "form_notice";
    waiting.dark_too = false;
    waiting.view.notice = {"notice.somebody_waits", {}};
    all.push_back(waiting);
    for (auto& sample : all)
        for (const auto* name : {"idle_no_camera", "idle_slide", "idle_notice", "form_latin", "form_walk_in", "form_notice", "result_incomplete",
                                 "result_refused_wrong_event", "result_refused_unknown", "result_refused_unreadable", "result_refused_unpaid",
                                 "result_refused_full", "result_refused_staff_called", "search_nobody", "staff_pin_wrong", "staff_recent_notice",
                                 "staff_override_none", "idle_no_hub", "idle_hub_trouble", "setup_fetching", "setup_no_code"})
            sample.minor = sample.minor || sample.name == name;
    return all;
}

StillPreview::StillPreview(bool code_found) {
    constexpr int width = 640, height = 480;
    auto frame = std::make_shared<app::PreviewFrame>();
    frame->width = width;
    frame->height = height;
    frame->number = 1;
    frame->rgb.resize(static_cast<std::size_t>(width) * height * 3);
    const auto mixed = [](double a, double b, double share) { return a + (b - a) * std::clamp(share, 0.0, 1.0); };
    constexpr int module = 9, modules = 21, code_x = 226, code_y = 146, code = module * modules;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            // A hall out of focus: warm lights above, somebody's shoulders below.
            double r = mixed(104, 58, y / 480.0), g = mixed(98, 56, y / 480.0), b = mixed(92, 60, y / 480.0);
            for (const auto& [lx, ly, size] : {std::tuple{120.0, 60.0, 70.0}, {330.0, 40.0, 90.0}, {540.0, 80.0, 80.0}}) {
                const double glow = std::exp(-(std::pow(x - lx, 2) + std::pow(y - ly, 2)) / (2 * size * size));
                r += 90 * glow, g += 78 * glow, b += 52 * glow;
            }
            const double head = std::hypot((x - 320) / 95.0, (y - 190) / 120.0), body = std::hypot((x - 320) / 260.0, (y - 520) / 210.0);
            const double person = std::clamp((1.08 - std::min(head, body)) * 6, 0.0, 1.0);
            r = mixed(r, 52, person), g = mixed(g, 60, person), b = mixed(b, 74, person);
            // A phone held up, its screen white.
            const bool phone = x > 200 && x < 442 && y > 84 && y < 430, glass = x > 208 && x < 434 && y > 96 && y < 418;
            if (phone)
                r = g = b = 24;
            if (glass)
                r = 246, g = 247, b = 248;
            if (x >= code_x && x < code_x + code && y >= code_y && y < code_y + code) {
                const int mx = (x - code_x) / module, my = (y - code_y) / module;
                const auto eye = [&](int ex, int ey) {
                    const int dx = std::abs(mx - ex), dy = std::abs(my - ey), far = std::max(dx, dy);
                    return far <= 3 ? (far == 2 ? 0 : 1) : far == 4 ? 0 : -1;
                };
                int dark = -1;
                for (const auto& [ex, ey] : {std::pair{3, 3}, {17, 3}, {3, 17}})
                    if (const int in_eye = eye(ex, ey); in_eye >= 0)
                        dark = in_eye;
                if (dark < 0)
                    dark = ((mx * 7 + my * 13 + mx * my * 5) % 11) < 5 ? 1 : 0;
                r = g = b = dark ? 28 : 246;
            }
            auto* pixel = &frame->rgb[(static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)) * 3];
            // In steps, as of a small camera; it also keeps the stored pictures small.
            const auto stepped = [](double value) { return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 252.0) / 6) * 6); };
            pixel[0] = stepped(r);
            pixel[1] = stepped(g);
            pixel[2] = stepped(b);
        }
    if (code_found) {
        const auto at = [](int x, int y) { return app::Point{static_cast<float>(x) / width, static_cast<float>(y) / height}; };
        frame->codes.push_back({at(code_x - 8, code_y - 8), at(code_x + code + 8, code_y - 8), at(code_x + code + 8, code_y + code + 8), at(code_x - 8, code_y + code + 8)});
    }
    m_frame = std::move(frame);
}

} // namespace kiosk::golden

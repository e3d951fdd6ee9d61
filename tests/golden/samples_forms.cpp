// SPDX-License-Identifier: Apache-2.0
// Forms with everything in them: tables, contacts, signatures, limits, and walk-in pages as event types ask them.
#include "sample_parts.hpp"

#include <cmath>

namespace kiosk::golden {

using namespace app;

namespace {

core::QuestionColumn column(std::string id, core::QuestionType type, std::string zh, std::string en, bool required = false) {
    core::QuestionColumn made;
    made.id = std::move(id);
    made.type = type;
    made.required = required;
    made.text = {std::move(zh), std::move(en)};
    return made;
}

FieldView systems() {
    auto made = field("systems", FieldKind::List, "贵单位有哪些系统在用数据库", "Which of your systems use a database");
    made.help = {"先写最要紧的几套", "The most important ones first"};
    auto engine = column("engine", core::QuestionType::Single, "数据库", "Database");
    engine.options = {{"pg", {"PostgreSQL", "PostgreSQL"}}, {"ora", {"Oracle", "Oracle"}}, {"my", {"MySQL", "MySQL"}}, {"ms", {"SQL Server", "SQL Server"}},
                      {"db2", {"Db2", "Db2"}}, {"cn", {"国产商业库", "Domestic commercial"}}, {"o", {"其他", "Other"}}};
    auto tier = column("tier", core::QuestionType::Single, "等级", "Tier");
    tier.options = {{"core", {"核心", "Core"}}, {"major", {"重要", "Important"}}, {"normal", {"一般", "Ordinary"}}};
    made.columns = {column("name", core::QuestionType::Text, "系统", "System", true), engine, column("count", core::QuestionType::Number, "套数", "Instances"), tier};
    made.value = core::AnswerRows{{{"name", "核心账务"}, {"engine", "ora"}, {"count", "4"}, {"tier", "core"}},
                                  {{"name", "网上营业厅与手机客户端"}, {"engine", "pg"}, {"count", "12"}, {"tier", "major"}},
                                  {{"name", "报表"}, {"engine", "my"}, {"count", "6"}}};
    made.answered = true;
    made.can_add_row = true;
    made.totals = {"", "", "22", ""};
    return made;
}

FieldView contact() {
    auto made = field("contact", FieldKind::Contact, "日后由谁与我们对接", "Who will be our contact");
    for (const auto* id : {"name", "title", "phone", "email"})
        made.columns.push_back(column(id, core::QuestionType::Text, "", "", std::string_view(id) == "name"));
    made.value = core::AnswerRows{{{"name", "查秋分"}, {"title", "信息中心副主任"}, {"phone", "1000000"}}};
    made.answered = true;
    return made;
}

// A name as a quick hand writes it.
std::vector<Stroke> signature() {
    std::vector<Stroke> strokes;
    const auto wave = [&](float from, float to, float middle, float height, float turns) {
        Stroke stroke;
        for (int i = 0; i <= 60; ++i) {
            const float t = static_cast<float>(i) / 60;
            stroke.push_back({from + (to - from) * t + 0.02F * std::sin(t * turns * 9), middle + height * std::sin(t * turns * 6.28F) * (1 - 0.4F * t)});
        }
        strokes.push_back(std::move(stroke));
    };
    wave(0.22F, 0.38F, 0.34F, 0.02F, 1);
    wave(0.30F, 0.31F, 0.45F, 0.22F, 0.5F);
    wave(0.40F, 0.62F, 0.46F, 0.16F, 2.5F);
    wave(0.60F, 0.80F, 0.50F, 0.10F, 2);
    wave(0.26F, 0.84F, 0.70F, 0.03F, 0.5F);
    return strokes;
}

FormView walk_in(std::string zh, std::string en, std::size_t page, std::size_t pages, std::vector<FieldView> fields) {
    auto made = form(std::move(fields));
    made.title = {"walk_in.title", {}};
    made.hint = {"walk_in.hint", {}};
    made.heading = {std::move(zh), std::move(en)};
    made.page = page;
    made.pages = pages;
    made.can_go_back = page > 1;
    made.next_label = {page == pages ? "form.done" : "form.next", {}};
    return made;
}

void add_walk_ins(std::vector<Sample>& all) {
    // A campus day: who somebody is decides what follows.
    auto role = typed(field("role", FieldKind::Single, "您是", "You are"), "student");
    role.options = {{"student", {"学生", "A student"}}, {"teacher", {"教师", "A teacher"}}, {"guest", {"来宾", "A guest"}}};
    auto school = typed(field("school", FieldKind::Text, "学校", "School"), "竹里示例大学");
    all.push_back(with("walk_in_campus", walk_in("您在学校", "You and your school", 2, 5, {role, school})));
    auto year = typed(field("year", FieldKind::Number, "哪一年毕业", "Year of graduation"), "2031");
    year.limits = {"form.limits.number.between", {{"min", "2020"}, {"max", "2036"}}};
    auto intention = field("intention", FieldKind::Multiple, "最想了解什么", "What interests you most");
    intention.options = {{"course", {"课程", "Courses"}}, {"exam", {"认证", "Certification"}}, {"intern", {"实习", "Internships"}}, {"job", {"就业", "Jobs"}}};
    intention.required = false;
    intention.limits = {"form.limits.choices.most", {{"max", "2"}}};
    intention.value = std::vector<std::string>{"course", "intern"};
    intention.answered = true;
    auto campus = walk_in("您的方向", "Where you are heading", 3, 5, {year, intention});
    campus.focus = "year";
    all.push_back(with("walk_in_campus_direction", walk_in("您的方向", "Where you are heading", 3, 5, {year, intention}), true));
    all.push_back(keyed(with("walk_in_campus_year", campus), digits()));

    // A training day: the name goes onto the certificate.
    auto name = typed(field("person.name", FieldKind::Text, "姓名", "Name"), "欧阳霜降");
    name.help = {"证书上印这个名字，请与证件一致", "It is printed on the certificate, as on your papers"};
    auto phone = field("person.phone", FieldKind::Phone, "手机号", "Mobile");
    phone.said = {"这个号码已经报过名，请到服务台核对", "Somebody has registered with this number. Please ask at the desk."};
    all.push_back(with("walk_in_training", walk_in("学员信息", "About you", 1, 4, {name, phone})));

    // A visit to a town: the organisation, with the way out for individuals.
    auto organisation = field("person.organisation", FieldKind::Text, "单位", "Organisation");
    auto individual = field("person.individual", FieldKind::YesNo, "我以个人身份参加", "I come as an individual");
    individual.required = false;
    all.push_back(with("walk_in_town", walk_in("您的企业", "Your company", 2, 4, {organisation, individual})));
}

} // namespace

void add_rich_forms(std::vector<Sample>& all) {
    auto table = form({systems()});
    all.push_back(with("form_table", table, true));
    auto typing = table;
    typing.focus = "systems";
    typing.focus_row = 2;
    typing.focus_column = "name";
    all.push_back(keyed(with("form_table_typing", typing), pinyin("ping'tai", {"平台", "苹台", "平", "评", "凭"})));
    auto counting = typing;
    counting.focus_column = "count";
    all.push_back(keyed(with("form_table_counting", counting), digits()));
    auto choosing = typing;
    choosing.focus_column = "engine";
    all.push_back(with("form_table_choosing", choosing, true));
    auto wrong = table;
    std::get<core::AnswerRows>(wrong.fields[0].value)[1]["count"] = "十二";
    std::get<core::AnswerRows>(wrong.fields[0].value).push_back({{"engine", "pg"}});
    wrong.fields[0].cell_problems = {{1, "count", {"form.problem.number", {}}}, {3, "name", {"form.problem.missing", {}}}};
    wrong.fields[0].problem = {"form.problem.cells", {}};
    wrong.fields[0].can_restore_row = true;
    all.push_back(with("form_table_problems", wrong));
    auto empty = table;
    empty.fields[0].value = core::AnswerRows{};
    empty.fields[0].answered = false;
    empty.fields[0].totals.clear();
    empty.fields[0].problem = {"form.problem.rows", {}};
    all.push_back(with("form_table_empty", empty));
    auto full = table;
    for (int i = 0; i < 9; ++i)
        std::get<core::AnswerRows>(full.fields[0].value).push_back({{"name", "分支系统"}, {"engine", "pg"}, {"count", std::to_string(i + 1)}, {"tier", "normal"}});
    full.fields[0].totals = {"", "", "67", ""};
    full.page = full.pages = 2; // a page of its own: its list begins at the beginning
    all.push_back(with("form_table_long", full));

    auto block = form({contact()});
    all.push_back(with("form_contact", block, true));
    auto mail = block;
    mail.focus = "contact";
    mail.focus_column = "email";
    mail.fields[0].cell_problems = {{0, "phone", {"form.problem.phone", {}}}};
    all.push_back(keyed(with("form_contact_typing", mail), latin()));

    auto sign = field("nda_signature", FieldKind::Signature, "请签名，确认保密约定", "Please sign the confidentiality agreement");
    auto unsigned_form = form({sign});
    all.push_back(with("form_signature_empty", unsigned_form));
    sign.strokes = signature();
    sign.answered = true;
    all.push_back(with("form_signature", form({sign}), true));

    auto people = typed(field("people", FieldKind::Number, "员工人数", "Headcount"), "120000");
    people.limits = {"form.limits.number.between", {{"min", "1"}, {"max", "99999"}}};
    people.problem = {"form.problem.number.between", {{"min", "1"}, {"max", "99999"}}};
    auto day = field("day", FieldKind::Date, "哪天上线的", "When did it go live");
    day.help = {"写成 2026-11-20", "Like 2026-11-20"};
    day.required = false;
    all.push_back(with("form_number_date", form({people, day})));
    add_walk_ins(all);
    for (auto& sample : all)
        for (const auto* name : {"form_table_counting", "form_table_problems", "form_table_empty", "form_table_long", "form_signature_empty",
                                 "form_number_date", "walk_in_campus", "walk_in_campus_year", "walk_in_training"})
            sample.minor = sample.minor || sample.name == name;
}

void add_interviews(std::vector<Sample>& all) {
    const auto interview = [](std::vector<FieldView> fields, std::size_t page) {
        auto made = form(std::move(fields));
        made.title = {"interview.title", {{"name", "企业访谈 · 完整版"}}};
        made.hint = {};
        made.page = page;
        made.pages = 26;
        made.can_go_back = true;
        made.next_label = {"form.next", {}};
        made.status = {"interview.saved", {{"time", "13:31"}}};
        made.steps = {{"interview", {"访谈对象", "Who is interviewed"}, false, true}, {"company", {"企业概况", "The company"}, false, true},
                      {"estate", {"系统家底", "The estate"}, true, false},            {"sharding", {"分库分表", "Sharding"}, false, false},
                      {"levels", {"服务等级", "Service levels"}, false, false},         {"pg", {"PostgreSQL 的使用", "Use of PostgreSQL"}, false, false},
                      {"team", {"团队", "The team"}, false, true},                     {"community", {"参与社区", "Community"}, false, false}};
        made.heading = {"系统家底", "The estate"};
        return made;
    };
    auto open = field("open", FieldKind::Multiple, "为什么采用开源", "Why open source");
    open.required = false;
    open.options = {{"cost", {"成本", "Cost"}}, {"own", {"自主可控", "Autonomy"}}, {"licence", {"许可灵活", "Licence"}}, {"features", {"功能", "Features"}},
                    {"talent", {"人才好找", "Talent"}}, {"policy", {"政策要求", "Policy"}}, {"other", {"其他", "Other"}}};
    open.value = std::vector<std::string>{"cost", "own"};
    open.answered = true;
    all.push_back(with("interview_choices", interview({open}, 11)));
    auto share = typed(field("share", FieldKind::Number, "商业库占比（%）", "Commercial databases (%)"), "36");
    share.help = {"按上一页的清单算出，可以改", "Worked out from the list before; change it where it's wrong"};
    share.required = false;
    auto rules = field("rules", FieldKind::YesNo, "有没有分级与选型的规定", "Are there rules for tiers and choices");
    auto who = field("who", FieldKind::Text, "规定由谁定", "Who sets them");
    who.required = false;
    all.push_back(with("interview_page", interview({share, rules, who}, 9), true));
    all.push_back(with("interview_table", interview({systems()}, 8)));
    auto typing = interview({systems()}, 8);
    typing.focus = "systems";
    typing.focus_row = 1;
    typing.focus_column = "name";
    all.push_back(keyed(with("interview_table_typing", typing), pinyin()));
    auto cover = interview({typed(field("interview.organisation", FieldKind::Text, "单位", "Organisation"), "海棠示例航运"),
                            field("interview.respondent", FieldKind::Text, "受访人", "Respondent")}, 1);
    cover.heading = {"访谈对象", "Who is interviewed"};
    cover.hint = {"interview.hint", {}};
    cover.status = {};
    cover.fields[1].required = false;
    cover.steps[2].current = false;
    cover.steps[0].current = true;
    all.push_back(with("interview_cover", cover));
    auto final = interview({share, rules, open}, 9);
    final.fields[1].value = true;
    final.fields[1].answered = true;
    final.read_only = true;
    final.status = {"interview.final", {{"name", "李白露"}, {"time", "11-19 15:20"}}};
    all.push_back(with("interview_final", final));
    auto final_table = interview({systems()}, 8);
    final_table.read_only = true;
    final_table.status = final.status;
    all.push_back(with("interview_final_table", final_table));

    InterviewEndView end;
    end.name = {"企业访谈 · 完整版", "Enterprise interview, long"};
    end.organisation = "海棠示例航运";
    end.respondent = "查秋分";
    end.answered = 41;
    end.asked = 46;
    end.missing = {{"rules", {"有没有分级与选型的规定", "Are there rules for tiers and choices"}, {"系统家底", "The estate"}, false},
                   {"reason", {"选用 PostgreSQL 看重什么", "What matters in choosing PostgreSQL"}, {"PostgreSQL 的使用", "Use of PostgreSQL"}, false},
                   {"contact", {"日后由谁与我们对接", "Who will be our contact"}, {"企业概况", "The company"}, true}};
    all.push_back(with("interview_end_missing", end));
    auto ready = end;
    ready.answered = 46;
    ready.missing.clear();
    ready.leads = {{"lead.type.case_talk", {}}, {"lead.type.membership", {}}};
    all.push_back(with("interview_end", ready, true));

    auto list = staff(StaffTab::Interviews);
    list.offers = {{"visit_enterprise/deep/1", {"企业访谈 · 完整版", "Enterprise interview, long"}}, {"visit_enterprise/quick/1", {"企业访谈 · 简版", "Enterprise interview, short"}}};
    list.responses = {{"r1", {"企业访谈 · 完整版", "Enterprise interview, long"}, "海棠示例航运", "查秋分", "李白露", "13:28", false, 41, 46},
                      {"r2", {"企业访谈 · 简版", "Enterprise interview, short"}, "青屿示例银行", "", "林冬至", "11-19 16:02", false, 3, 24},
                      {"r3", {"企业访谈 · 简版", "Enterprise interview, short"}, "白鹭示例集成", "单芒种", "李白露", "11-19 15:20", true, 24, 24},
                      {"r4", {"企业访谈 · 完整版", "Enterprise interview, long"}, "松果示例软件", "解惊蛰", "林冬至", "11-18 10:11", true, 46, 46}};
    all.push_back(staffed("staff_interviews", list, true));
    auto none = staff(StaffTab::Interviews);
    none.offers = list.offers;
    all.push_back(staffed("staff_interviews_empty", none));

    auto leads = staff(StaffTab::Leads);
    leads.lead_states = {{"open", {"未了结", "Open"}, true}, {"all", {"全部状态", "Any status"}, false}};
    leads.lead_types = {{"all", {"全部类型", "Any type"}, true}, {"business", {"商务对接", "Business"}, false}};
    const auto lead = [](std::string id, std::string type, std::string organisation, std::string person, std::string owner, std::string due, std::string status, bool overdue) {
        return LeadRow{std::move(id), {"lead.type." + type, {}}, std::move(organisation), std::move(person), std::move(owner), std::move(due), {"lead.status." + status, {}}, true, overdue, 2};
    };
    leads.leads = {lead("l1", "trial", "青屿示例银行", "区立夏", "李白露", "11-16", "contacted", true), lead("l2", "case_talk", "海棠示例航运", "查秋分", "林冬至", "11-24", "assigned", false),
                   lead("l4", "opportunity", "松果示例软件", "解惊蛰", "李白露", "11-27", "qualified", false),
                   lead("l5", "recruit", "竹里示例大学", "", "林冬至", "12-01", "assigned", false), lead("l3", "membership", "海棠示例航运", "查秋分", "", "", "new", false), lead("l6", "business", "", "Alexandra Featherstonehaugh", "", "", "new", false)};
    all.push_back(staffed("staff_leads", leads, true));
    auto no_leads = leads;
    no_leads.leads.clear();
    all.push_back(staffed("staff_leads_empty", no_leads));
    auto detail = leads;
    detail.lead = LeadDetail{leads.leads.front(), {"lead.source.answer", {}}, "想先在报表库上试三个月，需要一份迁移评估。",
                             {{"11-17 09:40", "李白露", {"lead.status.contacted", {}}, "李白露", "11-16", ""},
                              {"11-12 16:05", "林冬至", {"lead.status.assigned", {}}, "李白露", "11-16", ""},
                              {"11-12 15:20", "林冬至", {"lead.status.new", {}}, "", "", ""}}};
    all.push_back(staffed("staff_lead", detail));
    auto status = typed(field("status", FieldKind::Single, "进展到哪一步", "How far it is"), "contacted");
    status.options = {{"new", {"新线索", "New"}}, {"assigned", {"已指派", "Assigned"}}, {"contacted", {"已联系", "Contacted"}}, {"qualified", {"有意向", "Interested"}},
                      {"won", {"已达成", "Won"}}, {"lost", {"未达成", "Lost"}}, {"parked", {"暂缓", "Parked"}}};
    auto owner = typed(field("owner", FieldKind::Single, "由谁负责", "Who looks after it"), "li");
    owner.options = {{"-", {"暂无负责人", "Nobody yet"}}, {"li", {"李白露", "李白露"}}, {"lin", {"林冬至", "林冬至"}}};
    auto change = form({status, owner});
    change.title = {"lead.form.change", {}};
    change.hint = {};
    change.pages = 2;
    change.next_label = {"form.next", {}};
    all.push_back(with("lead_form", change));
    auto due = typed(field("due", FieldKind::Date, "哪天前跟进", "Follow up by"), "2026-11-16");
    due.help = {"写成 2026-12-01", "Like 2026-12-01"};
    auto priority = typed(field("priority", FieldKind::Single, "优先级", "Priority"), "2");
    priority.options = {{"1", {"高", "High"}}, {"2", {"中", "Medium"}}, {"3", {"低", "Low"}}};
    auto note = typed(field("note", FieldKind::Multiline, "备注", "Note"), "想先在报表库上试三个月，需要一份迁移评估。");
    note.required = false;
    auto change_on = form({due, priority, note});
    change_on.title = {"lead.form.change", {}};
    change_on.hint = {};
    change_on.page = change_on.pages = 2;
    change_on.can_go_back = true;
    change_on.next_label = {"lead.form.save", {}};
    all.push_back(with("lead_form_due", change_on));

    auto system = staff(StaffTab::System);
    system.system = {{{"本机编号", "Device"}, "kiosk-1"}, {{"日志", "Journal"}, "1 284 · 9f3a5c07"}, {{"待同步", "Waiting to sync"}, "0"}, {{"报名人数", "Registrations"}, "204"}};
    system.quarantined = {{"天天象上沙龙", "Salon"}, {"业务洽谈区", "Business area"}};
    system.can_release = true;
    all.push_back(staffed("staff_system_quarantine", system));
    for (auto& sample : all)
        for (const auto* name : {"interview_table_typing", "interview_choices", "interview_final_table", "staff_interviews_empty", "staff_leads_empty", "lead_form_due"})
            sample.minor = sample.minor || sample.name == name;
    for (auto& sample : all)
        if (sample.name.starts_with("interview") || sample.name.starts_with("lead_form"))
            sample.view.staff_mode = true;
}

} // namespace kiosk::golden

// SPDX-License-Identifier: Apache-2.0
#include "exchange/mapping.hpp"

#include "core/names.hpp"
#include "exchange/cell_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kiosk::exchange {
namespace {

constexpr std::size_t looked_at_rows = 20;
constexpr std::size_t sample_rows = 3;

struct FieldWords {
    Field field;
    std::string_view id;
    // Headings, folded and without spaces and punctuation; the first ones are the surest.
    std::array<std::string_view, 14> words;
};

constexpr std::array<FieldWords, 17> field_words{{
    {Field::Name, "name", {"姓名", "名字", "name", "fullname", "attendeename", "参会人", "参会者", "联系人", "attendee", "nameoncard", "真实姓名", "嘉宾", "学员", "称呼"}},
    {Field::FamilyName, "family_name", {"姓", "姓氏", "lastname", "familyname", "surname"}},
    {Field::GivenName, "given_name", {"名", "firstname", "givenname", "forename"}},
    {Field::Phone, "phone", {"手机号", "手机", "手机号码", "mobile", "phone", "电话", "联系电话", "联系方式", "phonenumber", "mobilephone", "mobilenumber", "电话号码", "cell", "tel"}},
    {Field::Email, "email", {"邮箱", "email", "电子邮箱", "电子邮件", "邮件", "emailaddress", "mail", "邮箱地址"}},
    {Field::Organisation, "organisation", {"单位", "公司", "组织", "organisation", "organization", "company", "工作单位", "公司名称", "单位名称", "机构", "企业", "companyname", "学校", "employer"}},
    {Field::Title, "title", {"职务", "职位", "title", "jobtitle", "岗位", "position", "头衔", "职称", "job"}},
    {Field::TicketType, "ticket_type", {"票种", "tickettype", "门票类型", "票类", "票型", "门票", "票券类型", "票种名称", "门票名称", "category", "tier", "票名"}},
    {Field::Ticket, "ticket", {"票号", "票码", "券码", "ticketcode", "code", "ticket", "ticketnumber", "电子票号", "签到码", "验票码", "参会码", "ticketid", "凭证码", "票券号"}},
    {Field::Status, "status", {"状态", "status", "报名状态", "订单状态", "审核状态", "支付状态", "registrationstatus", "票状态"}},
    {Field::EventRole, "event_role", {"角色", "role", "嘉宾角色", "参会身份", "身份", "嘉宾类型", "人员类型", "eventrole"}},
    {Field::ValidFrom, "valid_from", {"有效期起", "生效时间", "validfrom", "有效期开始", "生效日期", "开始有效", "起始日期"}},
    {Field::ValidUntil, "valid_until", {"有效期止", "失效时间", "validuntil", "validto", "有效期至", "截止日期", "失效日期", "到期", "expires", "expiry"}},
    {Field::Validity, "validity", {"有效期", "validity", "有效时间", "使用期限", "有效日期"}},
    {Field::Note, "note", {"备注", "note", "notes", "remark", "remarks", "comment", "说明", "备注信息"}},
    {Field::Answer, "answer", {}},
    {Field::Consent, "consent", {}},
}};

struct ConsentWords {
    std::string_view id;
    std::array<std::string_view, 5> words;
};
constexpr std::array<ConsentWords, 3> consent_words{{
    {"privacy", {"同意隐私政策", "隐私同意", "隐私授权", "privacyconsent", "privacy"}},
    {"share", {"同意共享联系方式", "同意共享", "同意分享联系方式", "shareconsent", "sharecontactdetails"}},
    {"media", {"同意拍照", "肖像授权", "同意肖像使用", "mediaconsent", "photoconsent"}},
}};

// "3、您的手机号（必填）*" → "手机号".
std::string heading_core(std::string_view heading) {
    auto text = core::fold(heading);
    // What stands in brackets explains the heading and is no part of it, unless nothing else is there.
    for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"(", ")"}, {"【", "】"}, {"[", "]"}}) {
        for (auto at = text.find(open); at != std::string::npos; at = text.find(open)) {
            const auto end = text.find(close, at);
            if (end == std::string::npos)
                break;
            auto without = text.substr(0, at) + text.substr(end + close.size());
            if (without.find_first_not_of(" *") == std::string::npos)
                break;
            text = std::move(without);
        }
    }
    for (const std::string_view mark : {" ", "*", ":", "?", ".", "_", "-", "/", "\"", "'", "#", "、", "。", "“", "”", "'"})
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
            text.erase(at, mark.size());
    const auto letters = std::min(text.find_first_not_of("0123456789"), text.size());
    if (letters < text.size())
        text.erase(0, letters);
    for (const std::string_view polite : {"请输入", "请填写", "您的", "你的", "您", "your"})
        if (text.starts_with(polite) && text.size() > polite.size())
            text.erase(0, polite.size());
    return text;
}

struct Guess {
    Field field = Field::Ignored;
    std::string question;
    double confidence = 0;
};

Guess guess_from_heading(const core::EventConfig& config, std::string_view heading) {
    const auto text = heading_core(heading);
    if (text.empty())
        return {};
    Guess best;
    for (const auto& entry : field_words) {
        for (std::size_t i = 0; i < entry.words.size() && !entry.words[i].empty(); ++i) {
            const auto word = entry.words[i];
            double confidence = 0;
            if (text == word)
                confidence = 1.0 - 0.02 * static_cast<double>(i);
            else if (word.size() > 3 && text.size() > word.size() && text.ends_with(word))
                confidence = 0.6 - 0.01 * static_cast<double>(i); // in both languages what it is stands last
            if (confidence > best.confidence)
                best = {entry.field, {}, confidence};
        }
    }
    for (const auto& consent : consent_words)
        if (std::find(consent.words.begin(), consent.words.end(), text) != consent.words.end())
            best = {Field::Consent, std::string(consent.id), 0.9};
    // A question of this event by its id or its text is surer than a word it happens to end with.
    for (const auto& question : config.questions)
        for (const auto& name : {question.id, question.text.zh, question.text.en})
            if (!name.empty() && heading_core(name) == text && best.confidence < 0.95)
                best = {Field::Answer, question.id, 0.95};
    return best;
}

bool looks_like_email(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.find('.', at) != std::string_view::npos;
}

bool looks_like_phone(std::string_view text) {
    const auto phone = read_phone(text);
    return phone.problem == PhoneNumber::Problem::None && phone.text.size() >= 10;
}

bool fits_all(const std::vector<std::string>& values, bool (*fits)(std::string_view)) {
    std::size_t filled = 0, fitting = 0;
    for (const auto& value : values) {
        filled += !value.empty();
        fitting += !value.empty() && fits(value);
    }
    return filled > 0 && fitting * 2 > filled;
}

std::string cut(std::string_view text, std::size_t letters) {
    std::size_t bytes = 0;
    for (; bytes < text.size(); ++bytes)
        if ((static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80 && letters-- == 0)
            return std::string(text.substr(0, bytes)) + "…";
    return std::string(text);
}

std::string first_letter(std::string_view text) {
    std::size_t bytes = 1;
    while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
        ++bytes;
    return std::string(text.substr(0, bytes));
}

} // namespace

std::string_view to_string(Field field) {
    for (const auto& entry : field_words)
        if (entry.field == field)
            return entry.id;
    return "";
}

std::optional<Field> parse_field(std::string_view text) {
    for (const auto& entry : field_words)
        if (entry.id == text)
            return entry.field;
    // What people type: any heading that would be understood.
    const auto word = heading_core(text);
    for (const auto& entry : field_words)
        for (const auto heading : entry.words)
            if (!heading.empty() && heading == word)
                return entry.field;
    return std::nullopt;
}

const ColumnMapping* Mapping::find(Field field) const {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.field == field; });
    return found == columns.end() ? nullptr : &*found;
}

core::Result<Mapping> guess_mapping(RowReader& reader, const core::EventConfig& config) {
    KIOSK_CHECK(reader.rewind());
    std::vector<Row> rows;
    Row row;
    while (rows.size() < looked_at_rows) {
        KIOSK_TRY(const bool more, reader.next(row));
        if (!more)
            break;
        if (!row.blank())
            rows.push_back(row);
    }
    KIOSK_CHECK(reader.rewind());
    if (rows.empty())
        return core::fail(core::ErrorCode::NotFound, "error.exchange.empty", reader.info().file);

    // The row whose cells are understood best holds the headings.
    std::size_t headings = 0;
    double most = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        double sum = 0;
        std::vector<Field> seen;
        for (const auto& cell : rows[i].cells) {
            const auto guess = guess_from_heading(config, cell);
            if (guess.question.empty() && std::find(seen.begin(), seen.end(), guess.field) != seen.end())
                continue;
            seen.push_back(guess.field);
            sum += guess.confidence;
        }
        if (sum > most + 0.5) { // a data row that says "VIP" or "code" does not win over the headings above it
            most = sum;
            headings = i;
        }
    }
    if (headings + 1 == rows.size())
        return core::fail(core::ErrorCode::NotFound, "error.exchange.headings_only", reader.info().file);

    Mapping mapping;
    mapping.heading_row = rows[headings].number;
    std::size_t width = 0;
    for (std::size_t i = headings; i < rows.size(); ++i)
        width = std::max(width, rows[i].cells.size());
    for (std::size_t column = 0; column < width; ++column) {
        ColumnMapping entry;
        entry.column = column;
        entry.heading = tidy(rows[headings].cell(column));
        auto guess = guess_from_heading(config, entry.heading);
        std::vector<std::string> values;
        for (std::size_t i = headings + 1; i < rows.size(); ++i)
            values.push_back(tidy(rows[i].cell(column)));
        if (guess.confidence < 0.5 && fits_all(values, looks_like_email))
            guess = {Field::Email, {}, 0.5};
        else if (guess.confidence < 0.5 && fits_all(values, looks_like_phone))
            guess = {Field::Phone, {}, 0.4};
        entry.field = guess.field;
        entry.question = guess.question;
        entry.confidence = guess.confidence;
        for (const auto& value : values)
            if (!value.empty() && entry.samples.size() < sample_rows)
                entry.samples.push_back(masked_value(guess.field, value));
        mapping.columns.push_back(std::move(entry));
    }
    // A field is taken from one column: the surest, else the first.
    for (auto& entry : mapping.columns)
        for (auto& other : mapping.columns)
            if (&entry != &other && entry.field != Field::Ignored && entry.field == other.field &&
                entry.question == other.question &&
                (other.confidence < entry.confidence ||
                 (other.confidence == entry.confidence && other.column > entry.column)))
                other.field = Field::Ignored;
    // One "name" column makes family and given name needless, and one alone is the name.
    const bool has_name = mapping.find(Field::Name) != nullptr;
    const bool both = mapping.find(Field::FamilyName) != nullptr && mapping.find(Field::GivenName) != nullptr;
    for (auto& entry : mapping.columns)
        if (entry.field == Field::FamilyName || entry.field == Field::GivenName)
            entry.field = has_name ? Field::Ignored : both ? entry.field : Field::Name;
    for (auto& entry : mapping.columns)
        if (entry.field == Field::Ignored)
            entry.confidence = 0;
    return mapping;
}

core::Status override_mapping(Mapping& mapping, const core::EventConfig& config, std::string_view assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos)
        return core::fail(core::ErrorCode::Invalid, "error.exchange.map_syntax", std::string(assignment));
    auto wanted = tidy(assignment.substr(0, equals));
    const auto heading = tidy(assignment.substr(equals + 1));

    Field field = Field::Ignored;
    std::string question;
    if (wanted.starts_with("consent:") && wanted.size() > 8) {
        field = Field::Consent;
        question = wanted.substr(8);
    } else if (const auto known = wanted.starts_with("answer:") ? std::nullopt : parse_field(wanted)) {
        field = *known;
    } else {
        const auto id = wanted.starts_with("answer:") ? wanted.substr(7) : wanted;
        if (config.question(id) == nullptr)
            return core::fail(core::ErrorCode::NotFound, "error.exchange.map_field", wanted);
        field = Field::Answer;
        question = id;
    }
    if ((field == Field::Answer || field == Field::Consent) && question.empty())
        return core::fail(core::ErrorCode::NotFound, "error.exchange.map_field", wanted);

    ColumnMapping* target = nullptr;
    if (!heading.empty()) {
        for (auto& entry : mapping.columns)
            if (target == nullptr && core::fold(entry.heading) == core::fold(heading))
                target = &entry;
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(heading.data(), heading.data() + heading.size(), number);
        if (target == nullptr && error == std::errc() && end == heading.data() + heading.size() && number >= 1 &&
            number <= mapping.columns.size())
            target = &mapping.columns[number - 1];
        if (target == nullptr)
            return core::fail(core::ErrorCode::NotFound, "error.exchange.map_heading", heading);
    }
    for (auto& entry : mapping.columns)
        if (entry.field == field && entry.question == question) {
            entry.field = Field::Ignored;
            entry.question.clear();
            entry.confidence = 0;
        }
    if (target != nullptr) {
        target->field = field;
        target->question = question;
        target->confidence = 1;
    }
    return {};
}

core::Status check_mapping(const Mapping& mapping) {
    const bool names = mapping.find(Field::Name) != nullptr ||
                       (mapping.find(Field::FamilyName) != nullptr && mapping.find(Field::GivenName) != nullptr);
    if (names || mapping.find(Field::Ticket) != nullptr)
        return {};
    // The headings themselves are not named: in a file without headings they are somebody's name.
    return core::fail(core::ErrorCode::Invalid, "error.exchange.no_name_column",
                      "row " + std::to_string(mapping.heading_row));
}

std::string masked_value(Field field, std::string_view value) {
    if (value.empty())
        return {};
    switch (field) {
    case Field::Name:
    case Field::FamilyName:
    case Field::GivenName: return core::mask_name(cut(value, 40));
    case Field::Phone: return core::mask_phone(value);
    case Field::Email: {
        const auto at = value.find('@');
        return at == std::string_view::npos || at == 0 ? "***" : first_letter(value) + "**" + cut(value.substr(at), 40);
    }
    case Field::Ticket: return value.size() <= 6 ? "***" : std::string(value.substr(0, 2)) + "***" + std::string(value.substr(value.size() - 2));
    case Field::TicketType:
    case Field::Status:
    case Field::EventRole:
    case Field::ValidFrom:
    case Field::ValidUntil:
    case Field::Validity: return cut(value, 24);
    case Field::Organisation: return core::mask_organisation(cut(value, 60));
    case Field::Title:
    case Field::Note:
    case Field::Answer:
    case Field::Consent:
    case Field::Ignored: return first_letter(value) + "**"; // may hold anything
    }
    return "***";
}

} // namespace kiosk::exchange

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A large roster that is the same every time. Purpose: benchmarks and tests with 100,000 people: Chinese names of
// surname × given characters, Latin names, organisations that say 示例 or Demo, phones outside the mobile prefixes.
// Pure: person number N is always the same. Ownership: values. Threads: any. Failure: none.
#include "core/model.hpp"
#include "core/ports.hpp"
#include "core/records.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::test {

namespace roster {

inline constexpr std::array<std::string_view, 40> surnames{
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗",
    "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "单", "解", "仇", "区", "查", "盖", "欧阳", "司马", "诸葛"};
inline constexpr std::array<std::string_view, 48> given{
    "谷", "雨", "白", "露", "惊", "蛰", "芒", "种", "霜", "降", "清", "明", "立", "夏", "小", "满", "秋", "分", "寒", "大",
    "雪", "冬", "至", "春", "处", "暑", "喆", "彧", "竹", "里", "星", "砂", "海", "棠", "云", "雀", "木", "棉", "松", "果",
    "青", "屿", "鹭", "半", "山", "拾", "光", "橙"};
inline constexpr std::array<std::string_view, 16> first_names{"Grace", "Alan",  "Ada",   "Linus", "Edgar", "Barbara",
                                                              "Ken",   "Donald", "Radia", "Tim",   "Frances", "John",
                                                              "Mary",  "Niklaus", "Sophie", "Leslie"};
inline constexpr std::array<std::string_view, 16> last_names{"Hopper", "Turing", "Lovelace", "Codd",   "Liskov", "Knuth",
                                                             "Perlman", "Allen", "Backus",  "Wilson", "Wirth",  "Lamport",
                                                             "Gray",   "Stone", "Wong",    "Lane"};
inline constexpr std::array<std::string_view, 12> brands{"青屿", "松果", "白鹭", "海棠", "云雀", "木棉",
                                                         "星砂", "竹里", "半山", "拾光", "橙湾", "鲸落"};
inline constexpr std::array<std::string_view, 8> trades{"银行", "软件", "集成", "航运", "大学", "电信", "研究院", "传媒"};
inline constexpr std::array<std::string_view, 4> latin_brands{"Pinecone Demo Software", "Egret Demo Integration",
                                                              "Begonia Demo Shipping", "Lark Demo Cloud"};

// splitmix64: every number gives its own, well mixed one.
inline std::uint64_t mixed(std::uint64_t n) {
    n += 0x9e3779b97f4a7c15ULL;
    n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9ULL;
    n = (n ^ (n >> 27)) * 0x94d049bb133111ebULL;
    return n ^ (n >> 31);
}

inline std::string digits(std::uint64_t value, std::size_t width, std::uint64_t base = 10) {
    static constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string text(width, '0');
    for (std::size_t i = width; i-- > 0; value /= base)
        text[i] = crockford[value % base];
    return text;
}

} // namespace roster

inline core::Registration roster_person(std::uint64_t number) {
    using namespace roster;
    const auto dice = mixed(number);
    const auto pick = [&](const auto& list, unsigned shift) {
        return std::string(list[(dice >> shift) % list.size()]);
    };
    core::Registration made;
    // UUIDs of version 7 grow with time, as those of an import do.
    const auto at = digits(0x0198'0000'0000ULL + number, 12, 16);
    auto uid = at.substr(0, 8) + "-" + at.substr(8) + "-7" + digits(dice >> 52, 3, 16) + "-8" +
               digits((dice >> 40) & 0xfff, 3, 16) + "-" + digits(dice & 0xffff'ffff'ffff, 12, 16);
    for (auto& c : uid)
        c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    made.uid = std::move(uid);
    made.ticket = digits(mixed(dice) >> 14, 10, 32);
    made.ticket_type = number % 10 == 0 ? "vip" : "std";
    if (dice % 10 < 7)
        made.person.name = pick(surnames, 8) + pick(given, 16) + ((dice >> 60) % 5 == 0 ? std::string() : pick(given, 24));
    else
        made.person.name = pick(first_names, 8) + " " + pick(last_names, 16);
    made.person.organisation = dice % 10 < 8 ? pick(brands, 32) + "示例" + pick(trades, 40) : pick(latin_brands, 32);
    made.person.phone = "100" + digits((dice >> 4) % 100'000'000, 8);
    made.person.email = "p" + std::to_string(number) + "@example.com";
    return made;
}

// The event, one door without a capacity, two ticket types.
inline core::EventConfig roster_event() {
    core::EventConfig config;
    config.event.code = "DEMO";
    config.event.type = "salon";
    config.event.title = {"天天象上·杭州站", "Hangzhou Salon"};
    config.event.starts = {1'795'150'800'000}; // 2026-11-20 13:00 +08:00
    config.event.settings = "{}";
    config.ticket_types = {{"std", {"标准票", "Standard"}}, {"vip", {"贵宾票", "VIP"}}};
    core::Checkpoint door;
    door.id = "main";
    door.name = {"主入口", "Main door"};
    config.checkpoints = {door};
    return config;
}

// Writes event and people in batches, as an import does; `told` after each batch.
inline core::Status write_roster(core::Store& store, const core::EventConfig& config, std::uint64_t people,
                                 const std::function<void(std::uint64_t)>& told = {}) {
    constexpr std::size_t batch = 500;
    std::vector<core::OperationDraft> drafts;
    for (const auto& document : core::config_documents(config))
        drafts.push_back(core::make_config(document));
    for (std::uint64_t number = 0; number < people; ++number) {
        drafts.push_back(core::make_registration(roster_person(number)));
        if (drafts.size() >= batch || number + 1 == people) {
            KIOSK_CHECK(store.append(drafts));
            drafts.clear();
            if (told)
                told(number + 1);
        }
    }
    return {};
}

} // namespace kiosk::test

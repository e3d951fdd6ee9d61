#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the demo salon (assets/demo/hangzhou.json, hangzhou-roster.csv, hangzhou-day.json) and the demo visit
(begonia.json, begonia-response.json).

The same bytes every time (fixed seed); the results are in the repository, so this is needed only after a change here.
With --check nothing is written; the exit code says whether the files are what this program makes.

Everything is invented: people are a surname and a solar term, organisations carry the word 示例, telephone numbers
begin with 1000000, 1000001 or 1000002, which no network gives out, and mail goes to example.com.
"""

import csv
import hashlib
import io
import json
import random
import sys
import unicodedata
from pathlib import Path

sys.dont_write_bytecode = True
import demo_day  # noqa: E402
import demo_visit  # noqa: E402
from demo_ticket import ticket_text  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "demo"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DAY = "2026-11-20"  # moved to the day of the demo by whoever loads it
ROSTER_SIZE = 189  # of 204 registered; the other fifteen walk in on the day

SOLAR_TERMS = [
    ("立春", "lichun"), ("雨水", "yushui"), ("惊蛰", "jingzhe"), ("春分", "chunfen"), ("清明", "qingming"),
    ("谷雨", "guyu"), ("立夏", "lixia"), ("小满", "xiaoman"), ("芒种", "mangzhong"), ("夏至", "xiazhi"),
    ("小暑", "xiaoshu"), ("大暑", "dashu"), ("立秋", "liqiu"), ("处暑", "chushu"), ("白露", "bailu"),
    ("秋分", "qiufen"), ("寒露", "hanlu"), ("霜降", "shuangjiang"), ("立冬", "lidong"), ("小雪", "xiaoxue"),
    ("大雪", "daxue"), ("冬至", "dongzhi"), ("小寒", "xiaohan"), ("大寒", "dahan"),
]

# Ordinary surnames, then those whose reading as a surname is another one than in everyday words.
SURNAMES = [
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"), ("赵", "zhao"),
    ("黄", "huang"), ("周", "zhou"), ("吴", "wu"), ("徐", "xu"), ("孙", "sun"), ("胡", "hu"), ("朱", "zhu"),
    ("高", "gao"), ("林", "lin"), ("何", "he"), ("郭", "guo"), ("马", "ma"), ("罗", "luo"), ("梁", "liang"),
    ("宋", "song"), ("郑", "zheng"), ("谢", "xie"), ("韩", "han"), ("唐", "tang"), ("冯", "feng"), ("董", "dong"),
    ("萧", "xiao"), ("程", "cheng"), ("沈", "shen"), ("吕", "lv"), ("欧阳", "ouyang"), ("诸葛", "zhuge"),
]
POLYPHONIC = [("单", "shan"), ("解", "xie"), ("仇", "qiu"), ("区", "ou"), ("查", "zha"), ("曾", "zeng"), ("盖", "ge")]

# Written out: those that tests and the tour speak of, rare characters, Latin names, one name twice.
# name, mail name, phone, organisation (index) or None, title, ticket type, role
NAMED = [
    ("王谷雨", "guyu.wang", "10000005678", "松果示例软件", "架构师", "std", "attendee"),
    ("李白露", "bailu.li", "10000001024", "青屿示例银行", "数据库管理员", "std", "attendee"),
    ("解惊蛰", "jingzhe.xie", "10000004096", "白鹭示例集成", "项目经理", "std", "attendee"),
    ("单芒种", "mangzhong.shan", "10000002048", "海棠示例航运", "运维主管", "std", "attendee"),
    ("欧阳霜降", "shuangjiang.ouyang", "10000008192", "云雀示例数据库", "首席布道师", "speaker", "speaker"),
    ("仇立秋", "liqiu.qiu", "10000003141", "木棉示例电网", "高级工程师", "std", "attendee"),
    ("区小满", "xiaoman.ou", "10000002718", "星砂示例云", "解决方案经理", "std", "attendee"),
    ("查寒露", "hanlu.zha", "10000001618", "竹里示例大学", "副教授", "std", "attendee"),
    ("王谷雨", "guyu.wang2", "10000007310", "半山示例零售", "开发工程师", "std", "attendee"),
    ("王谷雨", "guyu.wang3", "10000015678", "橙湾示例制造", "数据库管理员", "std", "attendee"),
    ("林喆", "zhe.lin", "10000006180", "拾光示例传媒", "记者", "media", "media"),
    ("沈彧", "yu.shen", "10000004669", "鲸落示例中间件", "产品经理", "std", "attendee"),
    ("何𠮷", "ji.he", "10000009109", "竹里示例大学", "研究生", "std", "attendee"),
    ("许𬱖", "wei.xu", "10000008128", "青屿示例证券", "架构师", "std", "attendee"),
    ("Grace Willow", "grace.willow", "10000005151", "星砂示例云", "Principal Engineer", "std", "attendee"),
    ("María del Rocío", "maria.delrocio", "10000005252", "松果示例软件", "Developer", "std", "attendee"),
    ("Nora O'Frost", "nora.ofrost", "10000005353", None, "Consultant", "std", "attendee"),
    ("Jean-Luc Solstice", "jeanluc.solstice", "10000005454", "云雀示例数据库", "Developer Advocate", "speaker",
     "speaker"),
    ("Zoë Equinox", "zoe.equinox", "10000015454", "海棠示例航运", "Data Engineer", "std", "attendee"),
    ("夏至 Summer Xia", "summer.xia", "10000005555", "拾光示例培训", "讲师", "speaker", "speaker"),
]

PREFIXES = ["青屿", "松果", "白鹭", "海棠", "云雀", "木棉", "星砂", "竹里", "半山", "拾光", "橙湾", "鲸落"]

# kind, share of people in per cent, number of organisations, what follows the prefix. 61 organisations without the
# individuals; the seven suffixes of a kind and the twelve prefixes are walked through in step, so no name comes twice.
KINDS = [
    ("enterprise_user", 30, 20, ["示例银行", "示例航运", "示例电网", "示例零售", "示例制造", "示例证券", "示例医院"],
     ["数据库管理员", "架构师", "运维主管", "开发工程师", "信息部经理"]),
    ("isv", 15, 10, ["示例软件", "示例信息", "示例科技"], ["开发工程师", "架构师", "销售经理", "产品经理"]),
    ("integrator", 12, 8, ["示例集成", "示例技术服务"], ["项目经理", "技术总监", "售前顾问"]),
    ("db_vendor", 10, 6, ["示例数据库", "示例云"], ["内核开发", "解决方案经理", "布道师"]),
    ("middleware", 8, 5, ["示例中间件", "示例同步工具"], ["产品经理", "开发工程师"]),
    ("university", 8, 5, ["示例大学", "示例研究所"], ["副教授", "研究生", "研究员"]),
    ("town_park", 4, 3, ["示例小镇", "示例园区"], ["运营主任", "招商经理"]),
    ("hardware", 3, 2, ["示例服务器"], ["渠道经理", "工程师"]),
    ("media", 4, 2, ["示例传媒", "示例培训"], ["编辑", "讲师"]),
    ("individual", 6, 0, [], ["自由开发者", "顾问"]),
]

# Where the named people work, so that these organisations exist with their kind.
FIXED = {
    "enterprise_user": ["青屿示例银行", "海棠示例航运", "木棉示例电网", "半山示例零售", "橙湾示例制造", "青屿示例证券"],
    "isv": ["松果示例软件"],
    "integrator": ["白鹭示例集成"],
    "db_vendor": ["云雀示例数据库", "星砂示例云"],
    "middleware": ["鲸落示例中间件"],
    "university": ["竹里示例大学"],
    "media": ["拾光示例传媒", "拾光示例培训"],
}

PG_STATUS = [
    ("production", "已在生产使用", "In production", 45),
    ("trial", "正在试用", "Trying it out", 25),
    ("planned", "有计划，还没开始", "Planned, not started", 15),
    ("none", "暂时没有用", "Not using it yet", 15),
]
# The roster's headings are the questions' texts: that is how the import knows them.
PG_STATUS_ZH = "PostgreSQL 用到哪一步了"
PRIVACY_ZH = "同意为本次活动使用以上信息"

NDA_ZH = """会上听到的情况、数字和材料，只用于本次交流。
没有对方书面同意，不转述、不发布、不录音录像，也不告诉未到会的人。
纸质材料会后留在会议室，电子材料两周内删除。
这份约定自签名起两年内有效。"""
NDA_EN = """What is said and shown in this session is for this exchange only.
I will not pass on, publish or record any of it without the other side's written consent, nor tell those who were not there.
Paper stays in the room; files are deleted within two weeks.
This holds for two years from the signature."""

TICKET_TYPES = {"std": ("标准票", "Standard"), "speaker": ("讲师票", "Speaker"), "media": ("媒体票", "Press"),
                "staff": ("工作票", "Crew")}
ROLES = {"attendee": "参会者", "speaker": "讲师", "media": "媒体", "volunteer": "志愿者"}


def make_organisations(rng):
    organisations = {}
    taken = set()
    for kind, _, count, suffixes, _ in KINDS:
        names = list(FIXED.get(kind, []))
        candidates = [prefix + suffix for suffix in suffixes for prefix in PREFIXES]
        rng.shuffle(candidates)
        for name in candidates:
            if len(names) >= count:
                break
            if name not in names and name not in taken:
                names.append(name)
        organisations[kind] = names
        taken.update(names)
    return organisations


def ticket_code(rng, used):
    while True:
        code = "".join(rng.choice(CROCKFORD) for _ in range(10))
        if code not in used:
            used.add(code)
            return code


def make_people(rng, organisations):
    kind_of = {name: kind for kind, names in organisations.items() for name in names}
    wanted = {kind: round(share * ROSTER_SIZE / 100) for kind, share, *_ in KINDS}
    wanted["enterprise_user"] += ROSTER_SIZE - sum(wanted.values())

    people = []
    phones = {entry[2] for entry in NAMED}
    mails = {entry[1] for entry in NAMED}
    names = {entry[0] for entry in NAMED}
    for name, mail, phone, organisation, title, ticket_type, role in NAMED:
        people.append(dict(name=name, mail=mail, phone=phone, organisation=organisation or "个人", title=title,
                           ticket_type=ticket_type, role=role))
        wanted[kind_of.get(organisation, "individual")] -= 1

    unused = {kind: [name for name in names_ if all(p["organisation"] != name for p in people)]
              for kind, names_ in organisations.items()}
    for kind, _, _, _, titles in KINDS:
        for number in range(wanted[kind]):
            while True:
                surname, surname_latin = rng.choice(POLYPHONIC if number % 9 == 4 else SURNAMES)
                term, term_latin = rng.choice(SOLAR_TERMS)
                name = surname + term
                mail = f"{term_latin}.{surname_latin}"
                if name not in names and mail not in mails:
                    break
            names.add(name)
            mails.add(mail)
            while True:  # some share their last four digits with somebody: the tail alone must not be enough
                if rng.random() < 0.06:
                    phone = "1000001" + rng.choice(people)["phone"][-4:]
                else:
                    phone = f"1000000{rng.randrange(10000):04d}"
                if phone not in phones:
                    break
            phones.add(phone)
            if kind == "individual":
                organisation = "个人"
            elif unused[kind]:
                organisation = unused[kind].pop(0)  # first everybody comes once
            else:
                organisation = rng.choice(organisations[kind])
            role = "volunteer" if kind == "university" and number % 5 == 0 else "attendee"
            people.append(dict(name=name, mail=mail, phone=phone, organisation=organisation, title=rng.choice(titles),
                               ticket_type="staff" if role == "volunteer" else "std", role=role))
    for number, person in enumerate(people):
        # Most have answered when they registered; every ninth is asked at the door.
        asked = number % 9 == 8
        person["pg_status"] = "" if asked else rng.choices([zh for _, zh, _, _ in PG_STATUS],
                                                              [weight for *_, weight in PG_STATUS])[0]
        person["privacy"] = "" if asked else "是"
    return people


def at(clock):
    return f"{DAY}T{clock}:00+08:00"


def agenda_item(kind, starts, ends, zh, en, room="主会场", room_en="Main hall"):
    return {"kind": kind, "title_zh": zh, "title_en": en, "room_zh": room, "room_en": room_en, "starts": at(starts),
            "ends": at(ends)}


def slots():
    result = []
    for number in range(9):
        minute = 13 * 60 + 30 + number * 25
        clock = lambda m: f"{m // 60:02d}:{m % 60:02d}"
        result.append({"id": f"s{number + 1}", "starts": at(clock(minute)), "ends": at(clock(minute + 20))})
    return result


def make_event(rng, people, used):
    revoked = [ticket_code(rng, used) for _ in range(3)]
    # Good tickets of a meetup that is on the same day; its key (number 2) is known to nobody here.
    key = hashlib.sha256(b"a demo key, which is no secret").digest()
    wrong_event = [ticket_text(key, 2, "NANJING-MEETUP", ticket_code(rng, used)) for _ in range(2)]
    closed_door_guests = [p for p in people if p["role"] == "attendee" and p["organisation"] != "个人"][:12]
    roles = ["host", "note_taker"] + ["guest"] * 9 + ["observer"]
    invitations = [{"session": "cd1", "ticket": person["ticket"], "role": role, "status": "accepted",
                    "nda_signed": False} for person, role in zip(closed_door_guests, roles)]
    return {
        "format": 1,
        "demo": {"date_shift": "today", "roster": "hangzhou-roster.csv", "day": "hangzhou-day.json",
                 "wrong_event": wrong_event},
        "event": {
            "code": "HANGZHOU-SALON",
            "type": "salon",
            "addons": ["matchmaking", "closed_door"],
            "title_zh": "天天象上 · 杭州站",
            "title_en": "Hangzhou Salon",
            "venue_zh": "湖畔示例会堂",
            "venue_en": "Lakeside Demo Hall",
            "starts": at("13:00"),
            "ends": at("18:00"),
            "admission": at("12:30"),
            "timezone": "Asia/Shanghai",
            "capacity": 240,
            "settings": {
                "zones": {
                    "speaker": {"zh": "主会场第一排", "en": "front row, main hall"},
                    "media": {"zh": "主会场左侧媒体席", "en": "press seats, left of the main hall"},
                    "volunteer": {"zh": "签到台后的休息室", "en": "crew room behind the desk"},
                },
            },
            "agenda": [
                agenda_item("checkin", "13:00", "13:30", "签到", "Check-in", "前厅", "Foyer"),
                agenda_item("opening", "13:30", "13:40", "开场", "Opening"),
                agenda_item("community", "13:40", "14:10", "社区汇报", "Community report"),
                agenda_item("deo", "14:10", "14:40", "去 O 方法", "Moving off O"),
                agenda_item("company_intro", "14:40", "14:50", "企业介绍：青屿示例银行", "Introducing Qingyu Demo Bank"),
                agenda_item("company_intro", "14:50", "15:00", "企业介绍：松果示例软件",
                            "Introducing Pinecone Demo Software"),
                agenda_item("company_intro", "15:00", "15:10", "企业介绍：白鹭示例集成",
                            "Introducing Egret Demo Integration"),
                agenda_item("break", "15:10", "15:30", "茶歇", "Break", "前厅", "Foyer"),
                agenda_item("case", "15:30", "16:00", "用户案例：航运调度换库记", "Case: a shipping planner changes its database"),
                agenda_item("architecture", "16:00", "16:30", "架构：两地三中心怎么落地",
                            "Architecture: two cities, three sites, in practice"),
                agenda_item("qa", "16:30", "17:00", "答疑（已经在用）", "Q&A for those who run it"),
                agenda_item("qa", "16:30", "17:00", "答疑（刚刚起步）", "Q&A for those who start", "二楼小会议室",
                            "Small room upstairs"),
                agenda_item("draw", "17:00", "17:15", "抽奖合影", "Prize draw and group photo"),
            ],
        },
        "ticket_types": [{"id": id_, "name_zh": zh, "name_en": en} for id_, (zh, en) in TICKET_TYPES.items()],
        "sessions": [
            {"id": "cd1", "kind": "closed_door", "title_zh": "金融行业迁移闭门会", "title_en": "Closed session on migration in finance",
             "public_title_zh": "内部会议", "public_title_en": "Private meeting", "room_zh": "三楼会议室",
             "room_en": "Meeting room, third floor", "starts": at("16:00"), "ends": at("17:30"), "capacity": 12, "minimum": 6,
             "nda": True, "host": closed_door_guests[0]["ticket"], "host_org": closed_door_guests[0]["organisation"],
             "note_taker": closed_door_guests[1]["ticket"], "level": "confidential", "nda_version": "2026-1",
             "nda_text_zh": NDA_ZH, "nda_text_en": NDA_EN, "rivals": ["青屿示例银行", "青屿示例证券"]},
        ],
        "checkpoints": [
            {"id": "main", "name_zh": "主入口", "name_en": "Main door", "scope": "event"},
            {"id": "zone", "name_zh": "业务洽谈区", "name_en": "Business matchmaking area", "scope": "event",
             "allow_reentry": True},
            {"id": "closed", "name_zh": "闭门会议室", "name_en": "Closed session", "scope": "session", "session": "cd1"},
        ],
        "questions": [
            {"id": "pg_status", "type": "single", "required": True, "ask_at": "checkin", "text_zh": PG_STATUS_ZH,
             "text_en": "How far are you with PostgreSQL",
             "options": [{"id": id_, "text_zh": zh, "text_en": en} for id_, zh, en, _ in PG_STATUS]},
            # A question and not one of the event's required consents: a roster can bring the answer along.
            {"id": "privacy", "type": "yes_no", "required": True, "ask_at": "checkin", "text_zh": PRIVACY_ZH,
             "text_en": "I agree to the use of my details for this event"},
        ],
        "revoked": revoked,
        "invitations": invitations,
        "units": [{"id": f"T{number}", "kind": "table", "seats": 2, "slots": slots()} for number in range(1, 9)],
        "staff": [
            {"id": "organizer-1", "name": "董大暑", "roles": ["organizer"], "pin": "246800"},
            {"id": "desk-1", "name": "吕小雪", "roles": ["desk"], "pin": "135700"},
            {"id": "host-1", "name": "程冬至", "roles": ["session_host"], "pin": "112358"},
        ],
    }


HEADINGS = [("ticket", "票号"), ("name", "姓名"), ("phone", "手机号"), ("mail", "邮箱"), ("organisation", "单位"),
            ("title", "职务"), ("ticket_type", "票种"), ("role", "参会身份"), ("pg_status", PG_STATUS_ZH),
            ("privacy", PRIVACY_ZH)]


def roster_csv(people):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading for _, heading in HEADINGS])
    for person in people:
        row = dict(person, mail=person["mail"] + "@example.com", role=ROLES[person["role"]],
                   ticket_type=TICKET_TYPES[person["ticket_type"]][0])
        writer.writerow([row[key] for key, _ in HEADINGS])
    return "\ufeff" + unicodedata.normalize("NFC", out.getvalue())


def check_facts(event, people):
    organisations = {p["organisation"] for p in people} - {"个人"}
    assert len(people) == ROSTER_SIZE, len(people)
    assert len(organisations) == 61, len(organisations)
    assert all("示例" in name for name in organisations)
    assert len({p["ticket"] for p in people}) == ROSTER_SIZE
    assert len({p["phone"] for p in people}) == ROSTER_SIZE
    assert len({p["phone"][-4:] for p in people}) < ROSTER_SIZE - 5
    assert len(event["invitations"]) == 12 and len(event["units"]) == 8 and len(event["revoked"]) == 3
    assert slots()[-1]["ends"] == at("17:10")


def main():
    rng = random.Random(20261120)
    used = set()
    organisations = make_organisations(rng)
    people = make_people(rng, organisations)
    for person in people:
        person["ticket"] = ticket_code(rng, used)
    event = make_event(rng, people, used)
    check_facts(event, people)
    kind_of = {name: kind for kind, names in organisations.items() for name in names}
    day = demo_day.make(random.Random(20261122), people, kind_of, [i["ticket"] for i in event["invitations"]], at,
                        {p["name"] for p in people}, SURNAMES, SOLAR_TERMS, used, ticket_code)
    visit = demo_visit.make_event(random.Random(20261121), SURNAMES, SOLAR_TERMS, at)
    assert len(visit["registrations"]) == 24
    as_bytes = lambda value: (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
    files = {
        "hangzhou.json": as_bytes(event),
        "hangzhou-roster.csv": roster_csv(people).encode(),
        "hangzhou-day.json": demo_day.as_text(day).encode(),
        "begonia.json": as_bytes(visit),
        "begonia-response.json": as_bytes(demo_visit.RESPONSE),
    }
    if sys.argv[1:] == ["--check"]:
        stale = [name for name, data in files.items()
                 if not (FOLDER / name).exists() or (FOLDER / name).read_bytes() != data]
        if stale:
            sys.exit("not what packaging/make-demo-data.py makes: " + ", ".join(stale) + "; run it and commit the result")
        return
    if sys.argv[1:]:
        sys.exit("usage: make-demo-data.py [--check]")
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
        print(FOLDER / name)


main()

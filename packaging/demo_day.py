# SPDX-License-Identifier: Apache-2.0
"""The demo salon's day: what people offer and need, who came when, who met whom at which table, the closed session.

Used by make-demo-data.py. Everything follows from the seed and from the people; the rules of the business area hold: a
table and a person in one place at a time, at most four meetings each, nobody before they came, nobody of one's own
organisation, only people who let their contact be shared.
"""

BOOKINGS, NO_SHOWS, MOST_EACH = 46, 5, 4
PRESENT_OF_ROSTER, WALK_INS = 157, 15
LEADS = 38

# What the two sides of the exchange bring and look for, by kind of organisation: channel and content first.
SIDES = {
    "enterprise_user": (["channel"], ["content", "product", "service"], ["market", "product", "talent"]),
    "isv": (["channel", "product"], ["content", "training", "talent"], ["market", "new_field"]),
    "integrator": (["channel", "service"], ["content", "product", "training"], ["market", "new_field"]),
    "db_vendor": (["content", "product", "training"], ["channel", "talent"], ["market", "talent"]),
    "middleware": (["content", "product"], ["channel", "service"], ["market", "new_field"]),
    "university": (["talent", "training"], ["content", "product"], ["research", "talent"]),
    "town_park": (["channel"], ["content", "service"], ["market", "new_field"]),
    "hardware": (["product", "channel"], ["content"], ["market"]),
    "media": (["content", "training"], ["channel"], ["students", "market"]),
    "individual": (["service"], ["training", "product"], ["skills", "new_field"]),
}
TRACKS = ["mysql", "oracle", "teradata", "sqlserver", "cloud"]
PURPOSE = {"channel": ["business", "opportunity"], "content": ["business", "trial"], "product": ["trial", "opportunity"],
           "service": ["business"], "training": ["training"], "talent": ["recruit"]}
TOPICS = {
    "business": ["联合办一场行业分享", "客户资源怎么对接", "渠道合作的分工", ""],
    "opportunity": ["明年的替换项目", "招标前先对一对需求", ""],
    "trial": ["先拿一套测试库试用", "迁移评估要准备什么", "高可用方案试用", ""],
    "training": ["企业内训怎么排", "认证考试团报", ""],
    "recruit": ["实习岗位与课题", "内核开发招聘", ""],
}
NOTES = {"met": ["交换了资料"], "follow_up": ["下周发方案", "约技术同事再谈一次", "先寄测试报告"], "no_interest": ["今年没有预算"]}


def clock(minutes):
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def profiles(rng, people, kind_of):
    result = {}
    for person in people:
        offers, needs, aims = SIDES[kind_of.get(person["organisation"], "individual")]
        pick = lambda items: [item for number, item in enumerate(items) if number == 0 or rng.random() < 0.6]
        offers, needs = pick(offers), pick(needs)
        result[person["ticket"]] = {
            "offers": offers, "needs": [need for need in needs if need not in offers],
            "tracks": sorted(rng.sample(TRACKS, rng.choice([1, 1, 2]))), "looking_for": pick(aims)[:2],
            "share": rng.random() < 0.85,
        }
    return result


def complement(one, other):
    """Points, and the topic that brings the two together: first what one offers and the other needs."""
    topics = [t for t in one["offers"] if t in other["needs"]] + [t for t in other["offers"] if t in one["needs"]]
    points = sum(3 if t in ("channel", "content") else 2 for t in topics)
    return points, (topics[0] if topics else None)


def arrivals(rng, people):
    """Minutes of the day, by ticket; most come in the half hour before the opening."""
    came = rng.sample([p["ticket"] for p in people if p["role"] == "attendee"],
                      PRESENT_OF_ROSTER - sum(p["role"] != "attendee" for p in people))
    came = set(came) | {p["ticket"] for p in people if p["role"] != "attendee"}
    result = {}
    for person in people:
        if person["ticket"] in came:
            result[person["ticket"]] = rng.choices([rng.randrange(770, 785), rng.randrange(785, 812), rng.randrange(812, 870)],
                                                   [15, 65, 20])[0]
    return result


def walk_ins(rng, surnames, terms, names, used_codes, ticket_code, organisations):
    result = []
    for number in range(WALK_INS):
        while True:
            name = rng.choice(surnames)[0] + rng.choice(terms)[0]
            if name not in names:
                break
        names.add(name)
        result.append({"ticket": ticket_code(rng, used_codes), "name": name, "phone": f"1000002{number:04d}",
                       "organisation": rng.choice(organisations), "at": rng.randrange(790, 900)})
    return result


def bookings(rng, people, profile, came, slots, tables, busy):
    """`busy`: ticket to minutes from which the closed session keeps that person."""
    by_ticket = {p["ticket"]: p for p in people}
    ready = [t for t in came if profile[t]["share"] and by_ticket[t]["role"] == "attendee"]
    counts, taken = {t: 0 for t in ready}, set()
    # 46 of the 72 times at the tables: the middle of the afternoon is full, the ends are not.
    use = [3, 5, 6, 7, 6, 6, 5, 5, 3]
    assert sum(use) == BOOKINGS and len(use) == len(slots)
    made = []
    for number, (starts, ends) in enumerate(slots):
        pairs = []
        free = [t for t in ready if counts[t] < MOST_EACH and came[t] + 8 < starts and ends <= busy.get(t, 24 * 60)]
        for index, one in enumerate(free):
            for other in free[index + 1:]:
                if by_ticket[one]["organisation"] == by_ticket[other]["organisation"] or (one, other) in taken:
                    continue
                points, topic = complement(profile[one], profile[other])
                if topic is not None:
                    # Whoever has met somebody lets others go first.
                    pairs.append((points - 2 * (counts[one] + counts[other]) + rng.random(), one, other, topic))
        pairs.sort(reverse=True)
        seated = set()
        chosen = rng.sample(tables, use[number])
        for table in sorted(chosen):
            for points, one, other, topic in pairs:
                if one not in seated and other not in seated:
                    break
            else:
                raise AssertionError("too few people for the tables")
            seated |= {one, other}
            taken.add((one, other))
            counts[one] += 1
            counts[other] += 1
            purpose = rng.choice(PURPOSE[topic])
            made.append({"unit": table, "slot": number + 1, "participants": [one, other], "purpose": purpose,
                         "topic": rng.choice(TOPICS[purpose]),
                         "booked": max(came[one], came[other]) + rng.randrange(2, 8)})
    missed = set(rng.sample(range(len(made)), NO_SHOWS))
    for number, booking in enumerate(made):
        starts, ends = slots[booking["slot"] - 1]
        if number in missed:
            continue
        outcome = rng.choices(["met", "follow_up", "no_interest"], [35, 50, 15])[0]
        booking.update(started=starts + rng.randrange(0, 5), finished=ends - rng.randrange(0, 3), outcome=outcome,
                       note=rng.choice(NOTES[outcome] + [""]), lead=outcome == "follow_up" and rng.random() < 0.7)
    return made


def leads(rng, profile, came, made, attending):
    """What is written down at the desk and after the closed session; together with the meetings' own leads LEADS."""
    said = [("trial", "想先装一套试用"), ("training", "问内训和考试的安排"), ("case_talk", "愿意讲一次迁移案例"),
            ("membership", "问怎样成为核心成员"), ("recruit", "想进校招聘"), ("opportunity", "明年有替换项目"),
            ("group_join", "想进本地用户组"), ("pr", "想一起做一期专访")]
    behind = [("opportunity", "两周后带架构师再来"), ("trial", "先在测试环境评估"), ("business", "要一份脱敏的评估样例")]
    sharing = lambda t: profile.get(t, {}).get("share")
    met = {b["participants"][1] for b in made if b.get("lead")}
    there = [t for t in attending if sharing(t) and t not in met][:len(behind)]
    found = [dict(ticket=t, type=kind, note=note, session="cd1", staff="host-1", at=17 * 60 + 40 + n)
             for n, (t, (kind, note)) in enumerate(zip(there, behind))]
    free = sorted(t for t in came if sharing(t) and t not in met and t not in attending)
    rest = rng.sample(free, LEADS - sum(bool(b.get("lead")) for b in made) - len(found))
    for n, ticket in enumerate(rest):
        kind, note = said[n % len(said)]
        lead = dict(ticket=ticket, type=kind, note=note, staff="desk-1", at=max(came[ticket] + 5, 13 * 60 + 20 + 9 * n))
        if n % 3 == 0:  # somebody has taken it on
            lead.update(owner="desk-1", due_days=rng.choice([3, 7, 14]), priority=1)
        found.append(lead)
    return sorted(found, key=lambda lead: lead["at"])


def check(made, people, profile, came, slots, busy):
    assert len(made) == BOOKINGS and sum("started" not in b for b in made) == NO_SHOWS
    organisation = {p["ticket"]: p["organisation"] for p in people}
    at_table, with_person, counts = set(), set(), {}
    for booking in made:
        starts, ends = slots[booking["slot"] - 1]
        assert (booking["unit"], booking["slot"]) not in at_table
        at_table.add((booking["unit"], booking["slot"]))
        one, other = booking["participants"]
        assert organisation[one] != organisation[other]
        for ticket in (one, other):
            assert (ticket, booking["slot"]) not in with_person and profile[ticket]["share"]
            with_person.add((ticket, booking["slot"]))
            counts[ticket] = counts.get(ticket, 0) + 1
            assert counts[ticket] <= MOST_EACH and came[ticket] < booking["booked"] < starts
            assert ends <= busy.get(ticket, 24 * 60)


def make(rng, people, kind_of, invited, at, names, surnames, terms, used_codes, ticket_code):
    slots = [(13 * 60 + 30 + n * 25, 13 * 60 + 50 + n * 25) for n in range(9)]
    profile = profiles(rng, people, kind_of)
    came = arrivals(rng, people)
    attending = [t for t in invited if t in came or came.setdefault(t, rng.randrange(785, 812))][:9]
    extra = len(came) - PRESENT_OF_ROSTER  # the invited came all: as many others stayed at home
    for ticket in [t for t in came if t not in invited][:extra]:
        del came[ticket]
    busy = {t: 15 * 60 + 55 for t in invited}
    tables = [f"T{n}" for n in range(1, 9)]
    made = bookings(rng, people, profile, came, slots, tables, busy)
    check(made, people, profile, came, slots, busy)
    guests = walk_ins(rng, surnames, terms, names, used_codes, ticket_code,
                      sorted({p["organisation"] for p in people} - {"个人"}))
    assert len(came) == PRESENT_OF_ROSTER and len(attending) == 9
    minutes = ("booked", "started", "finished")
    return {
        "profiles": [dict(ticket=t, **p) for t, p in profile.items()],
        "arrivals": [{"ticket": t, "at": at(clock(m))} for t, m in sorted(came.items(), key=lambda e: (e[1], e[0]))],
        "walk_ins": [dict(g, at=at(clock(g["at"]))) for g in guests],
        "bookings": [{k: (at(clock(v)) if k in minutes else f"s{v}" if k == "slot" else v) for k, v in b.items()}
                     for b in made],
        "closed_session": {
            "session": "cd1", "submitted_by": "host-1", "approved_by": "organizer-1",
            "submitted": at("10:00"), "approved": at("10:20"), "minutes_at": at("17:35"), "locked": at("17:50"),
            "attend": [{"ticket": t, "at": at(clock(15 * 60 + 52 + n))} for n, t in enumerate(attending)],
            "minutes": "各家说明了核心系统迁移的进度与顾虑。共同的难点是割接窗口和回退方案。约定两周后各派一名架构师，"
                       "把回退演练的检查单合成一份。",
            "points": ["割接窗口最长能给多久，由谁批准", "回退演练多久做一次，谁来签字", "共享一份脱敏的迁移评估样例"],
        },
        "leads": [dict(lead, at=at(clock(lead["at"]))) for lead in leads(rng, profile, came, made, attending)],
    }


def as_text(day):
    """One entry a line, so that a change shows as what it is."""
    import json
    line = lambda value: json.dumps(value, ensure_ascii=False)
    parts = []
    for key, value in day.items():
        if isinstance(value, list):
            parts.append(f"  {line(key)}: [\n    " + ",\n    ".join(map(line, value)) + "\n  ]")
        else:
            parts.append(f"  {line(key)}: {json.dumps(value, ensure_ascii=False, indent=2)}".replace("\n", "\n  "))
    return "{\n" + ",\n".join(parts) + "\n}\n"

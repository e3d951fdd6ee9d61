# SPDX-License-Identifier: Apache-2.0
"""The demo visit to 海棠示例航运 Begonia Demo Shipping: the event with its roster, and one complete interview.

Written by make-demo-data.py like the demo salon; nobody and nothing in it exists.
"""

HOST = "海棠示例航运"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TITLES = ["信息中心主任", "数据库管理员", "运维主管", "架构师", "开发经理", "测试工程师", "网络管理员", "数据工程师",
          "项目经理", "安全管理员", "调度系统负责人", "箱管系统负责人", "财务系统负责人", "人力主管", "采购主管", "开发工程师",
          "运维工程师", "值班工程师"]
DELEGATION = [("王谷雨", "松果示例软件", "架构师"), ("欧阳霜降", "云雀示例数据库", "首席布道师"),
              ("解惊蛰", "白鹭示例集成", "项目经理"), ("李白露", "青屿示例银行", "数据库管理员"),
              ("查寒露", "竹里示例大学", "副教授"), ("吕小雪", "天天象上示例社区", "联络站站长")]


def roster(rng, surnames, terms):
    people = [("单芒种", HOST, TITLES[2])]
    names = {name for name, _, _ in DELEGATION} | {"单芒种"}
    for title in TITLES[:2] + TITLES[3:]:
        name = next(n for n in iter(lambda: rng.choice(surnames)[0] + rng.choice(terms)[0], None) if n not in names)
        names.add(name)
        people.append((name, HOST, title))
    registrations = []
    for number, (name, organisation, title) in enumerate(people + DELEGATION):
        registrations.append({
            "ticket": "".join(rng.choice(CROCKFORD) for _ in range(10)),
            "ticket_type": "host" if number < len(people) else "delegation",
            "name": name, "phone": f"1000000{9000 + number}", "organisation": organisation, "title": title,
            "consents": {"privacy": True, "share": number >= len(people)},
        })
    return registrations


def make_event(rng, surnames, terms, at):
    def item(kind, starts, ends, zh, en):
        return {"kind": kind, "title_zh": zh, "title_en": en, "room_zh": "十二楼会议室", "room_en": "Room on the 12th floor",
                "starts": at(starts), "ends": at(ends)}

    return {
        "format": 1,
        "event": {
            "code": "BEGONIA-VISIT",
            "type": "visit.customer",
            "addons": [],
            "title_zh": "走进海棠示例航运",
            "title_en": "A visit to Begonia Demo Shipping",
            "venue_zh": "海棠示例航运总部",
            "venue_en": "Begonia Demo Shipping, head office",
            "starts": at("14:00"),
            "ends": at("16:00"),
            "admission": at("13:30"),
            "timezone": "Asia/Shanghai",
            "settings": {},
            "agenda": [
                item("company_intro", "14:00", "14:15", "企业介绍", "Company introduction"),
                item("talk", "14:15", "14:55", "访谈", "Interview"),
                item("community", "14:55", "15:10", "社区介绍", "The community"),
                item("deo", "15:10", "15:30", "去 O 方法", "Moving off O"),
                item("qa", "15:30", "15:55", "答疑", "Questions and answers"),
                item("ceremony", "15:55", "16:00", "下一步", "Next steps"),
            ],
        },
        "ticket_types": [{"id": "host", "name_zh": "主人", "name_en": "Host"},
                         {"id": "delegation", "name_zh": "访问团", "name_en": "Delegation"}],
        "checkpoints": [{"id": "main", "name_zh": "会议室", "name_en": "Meeting room", "scope": "event"}],
        "registrations": roster(rng, surnames, terms),
        "staff": [{"id": "organizer-1", "name": "董大暑", "roles": ["organizer"], "pin": "246800"},
                  {"id": "lead-1", "name": "吕小雪", "roles": ["station_lead"], "pin": "135700"}],
    }


def row(**cells):
    return cells


RESPONSE = {
    "plugin": "visit_enterprise",
    "questionnaire": "deep",
    "status": "final",
    "organisation": HOST,
    "respondent": "单芒种",
    "interviewer": "lead-1",
    "answers": {
        "Q01": "沿海与近洋集装箱运输，船舶调度、箱管和订舱全部自己运营；二十二年历史，以准班率立足。",
        "Q02": "transport",
        "Q03": [row(name="鲸落示例航运", rank="1", strength="航线多"), row(name="橙湾示例物流", rank="3", strength="价格")],
        "Q04": [row(customer="半山示例零售", region="华东", projects="6"), row(customer="橙湾示例制造", region="华南", projects="4")],
        "Q05": False,
        "Q06": "over_1b",
        "Q07": "1860",
        "Q08": [row(job="development", degree="bachelor", people="64"), row(job="development", degree="master", people="18"),
                row(job="operations", degree="bachelor", people="22"), row(job="dba", degree="bachelor", people="5")],
        "Q09": "产品与研发在总部，运营在各港口；信息中心统一管系统与数据库。",
        "Q10": [row(name="单芒种", title="运维主管", phone="10000009000", email="mangzhong.shan@example.com")],
        "Q11": [row(system="订舱", database="示例商业库 A", licence="commercial", instances="12", tier="core"),
                row(system="船舶调度", database="PostgreSQL", licence="open", instances="6", tier="core"),
                row(system="箱管", database="示例商业库 A", licence="commercial", instances="8", tier="important"),
                row(system="报表", database="示例商业库 B", licence="commercial", instances="4", tier="general"),
                row(system="门户", database="示例开源库 C", licence="open", instances="10", tier="general")],
        "Q12": "60",
        "Q13": True,
        "Q13_note": "核心系统两地三中心，重要系统同城，其余备份；选型由架构组出具意见。",
        "Q14": ["cost", "autonomy", "features"],
        "Q15": "architecture",
        "Q16": [row(kind="server", model="双路机架式", quantity="140"), row(kind="storage", model="全闪", quantity="4")],
        "Q17": ["audit", "encryption", "recovery_tier"],
        "Q17_note": "每年两次恢复演练，审计日志保留三年。",
        "Q18": "evaluating",
        "Q18_note": "订舱库接近单机上限，希望先用分区撑两年。",
        "Q19": "还没有扩分片的经验，担心全局事务。",
        "Q20": "各库分别恢复，靠业务对账补齐。",
        "Q21": "跨库报表走数据仓库，次日可见。",
        "Q22": "开发要知道分片键，运维多一套监控。",
        "Q23": ["search", "analytics"],
        "Q23_problems": ["delay", "inconsistency"],
        "Q23_note": "检索偶尔落后十几分钟，靠夜间重建修正。",
        "Q24": True,
        "Q25": [row(tier="core", rpo_s="0", rto_s="120"), row(tier="important", rpo_s="60", rto_s="600"),
                row(tier="general", rpo_s="3600", rto_s="14400")],
        "Q26": [row(tier="core", target="99.99%", architecture="两地三中心"), row(tier="general", target="99.9%", architecture="主备")],
        "Q27": [row(**{"class": "核心"}, nodes="3", systems="2"), row(**{"class": "一般"}, nodes="2", systems="9")],
        "Q28": "automatic_failover",
        "Q28_note": "同城自动切换，异地人工确认。",
        "uses_pg": True,
        "Q29": [row(system="船舶调度", tier="core", version="15", go_live="2024-03"),
                row(system="船位轨迹", tier="important", version="16", go_live="2025-06")],
        "Q30": "3200",
        "Q30_concurrency": "900",
        "Q31": ["java", "spring", "pooling", "message_queue"],
        "Q31_note": "连接池在应用侧，计划收到代理层。",
        "Q32": "流复制加自动切换，每日全备、持续归档，每季度恢复演练。",
        "Q33": ["json", "gis", "partitioning", "replication", "extensions"],
        "Q34": ["function", "licence", "cost"],
        "Q35": "大表清理跟不上写入，升级大版本的停机窗口太长。",
        "Q36": "轨迹查询快，扩展丰富，社区答疑及时。",
        "Q37": "both",
        "Q38": ["ora2pg", "change_capture"],
        "Q39": "260",
        "Q40": "明年把箱管迁到 PostgreSQL，后年订舱。",
        "Q40_next": ["migrate", "expand"],
        "Q41": "旺季订舱高峰时报表拖慢交易；懂迁移的人太少。",
        "Q42": [row(database="示例商业库 A", people="3"), row(database="PostgreSQL", people="2")],
        "Q43": False,
        "Q44": "operations",
        "Q45": "mixed",
        "Q46": "82",
        "Q47": [row(supplier="白鹭示例集成", kind="integration", projects="5"), row(supplier="星砂示例云", kind="cloud", projects="2")],
        "Q47_qualifications": ["security", "service", "references"],
        "Q48": "yes",
        "Q48_reason": ["achievement", "influence"],
        "Q49": "later",
        "Q50": [row(question="大版本升级怎样把停机缩到几分钟", topic="availability"),
                row(question="存储过程改写有没有工具", topic="migration")],
        "qa_track": "practice",
        "follow_ups": ["trial", "training"],
    },
}

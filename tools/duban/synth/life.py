"""A registry and a chance → one synthetic item after another, each life whole up to the ledger's last day."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from duban.calendar import WorkCalendar
from duban.model import Data, Person, Registry
from duban.record import UNCLASSIFIED
from duban.synth import words

LAST_DAY = date(2025, 12, 31)


class Writer:
    """Writes one item after another, each life cut off at the ledger's last day."""

    def __init__(self, chance: random.Random, registry: Registry) -> None:
        self.chance = chance
        self.registry = registry
        self.office = registry.policy["office"]
        self.calendar = WorkCalendar(registry.overrides)
        self.serials: dict[tuple[str, str], int] = {}
        heads = {
            person.unit for person in registry.people.values() if any(role.role == "unit_head" for role in person.roles)
        }
        liaisons = {
            person.unit for person in registry.people.values() if any(role.role == "liaison" for role in person.roles)
        }
        self.units = sorted((heads & liaisons) - {self.office})
        self.leaders = self._holders("leader")
        self.staff = [person for person in self._holders("supervisor") if person.unit == self.office]
        self.causes = sorted(registry.causes)
        self.plans = sorted({entry.id for entry in registry.plans.values()})
        self.campaigns = sorted(registry.campaigns)

    def _holders(self, role: str) -> list[Person]:
        return [person for person in self.registry.people.values() if any(term.role == role for term in person.roles)]

    def holder(self, role: str, unit: str = "") -> str:
        return next(person.id for person in self._holders(role) if not unit or person.unit == unit)

    def number(self, series: str, day: date) -> str:
        key = (series, str(day.year))
        self.serials[key] = self.serials.get(key, 0) + 1
        return f"{self.registry.policy['series'][series]}〔{day.year}〕{self.serials[key]}号"

    def sign(self, role: str, day: date, unit: str = "") -> list[Data]:
        return [{"role": role, "by": self.holder(role, unit), "on": str(day)}]

    def after(self, day: date, low: int, high: int) -> date:
        return date.fromisoformat(self.calendar.add_workdays(str(day), self.chance.randint(low, high)))

    def pick(self, values: Sequence[Any]) -> Any:
        return self.chance.choice(values)

    def item(self, identity: str, year: int) -> Data:
        chance = self.chance
        received = date(year, 1, 2) + timedelta(days=chance.randrange(360))
        lead, *others = chance.sample(self.units, 4)
        place, thing, aspect = self.pick(words.PLACES), self.pick(words.OBJECTS), self.pick(words.ASPECTS)
        title = f"{place}{chance.randint(2, 99)}号{thing}{aspect}"
        item: Data = {
            "id": identity,
            "title": title,
            "openness": "主动公开",
            "secrecy": UNCLASSIFIED,
            "urgency": self.pick(("平件", "平件", "加急", "特急")),
            "category": self.pick(("重点", "难点", "焦点")),
            "sample": True,
        }
        if chance.random() < 0.2:
            item.update(openness="依申请公开", openness_reason="涉及过程性信息")
        if chance.random() < 0.3 and self.campaigns:
            item["campaign"] = self.pick(self.campaigns)
        if chance.random() < 0.5 and self.plans:
            item["plan_refs"] = [self.pick(self.plans)]
        life = _Life(self, item, received, lead, others, f"{place}{thing}")
        life.run()
        return item


class _Life:
    """One item's life from intake on, step by step until it is done or the last day has come."""

    def __init__(self, writer: Writer, item: Data, received: date, lead: str, others: list[str], matter: str) -> None:
        self.w, self.item, self.received, self.lead, self.others, self.matter = (
            writer,
            item,
            received,
            lead,
            others,
            matter,
        )

    def run(self) -> None:
        for stage in (self._begin, self._notice, self._follow, self._close):
            if not stage():
                return

    def _begin(self) -> bool:
        w, day, matter = self.w, self.received, self.matter
        leader = w.pick(w.leaders).id
        sources: list[Data] = [
            {"type": "领导批示", "leader": leader, "text": f"请督查办牵头督办{matter}，限期解决，结果报我。"}
        ]
        if w.chance.random() < 0.35:
            sources.append({"type": "网民留言", "text": f"网民反映{matter}影响出行和生活。"})
        self.item["intake"] = {
            "received_on": str(day),
            "received_by": w.holder("registrar"),
            "sources": sources,
            "summary": f"{matter}推进缓慢，{w.pick(words.OBSTACLES)}，"
            f"沿线{w.chance.randint(30, 900)}户居民和{w.chance.randint(1, 20)}家单位受影响。",
            "signed": w.sign("registrar", day),
        }
        drafted, approved = w.after(day, 1, 1), w.after(day, 2, 3)
        if approved > LAST_DAY:
            return False
        self.confirmed = w.after(approved, 1, 1)
        self.deadline = w.after(self.confirmed, *w.pick(((7, 12), (15, 20), (30, 90))))
        head = w.holder("section_head")
        self.item["proposal"] = {
            "drafted_on": str(drafted),
            "drafted_by": head,
            "opinion": f"建议由{w.registry.unit_name(self.lead)}牵头办理{matter}，"
            "先查清底数再分步实施，督查办按节点跟踪。",
            "lead_unit": self.lead,
            "deadline": str(self.deadline),
            "signed": w.sign("section_head", drafted),
        }
        self.item["approval"] = {
            "approved_on": str(approved),
            "approved_by": w.holder("director"),
            "opinion": "同意立项，按节点督办。",
            "basis": "立项批准件",
            "signed": w.sign("director", approved),
        }
        if self.item["openness"] == "主动公开":
            review = {"first": head, "second": w.holder("deputy_director"), "approved_by": w.holder("director")}
            self.item["approval"]["secrecy_review"] = {**review, "on": str(approved)}
        return self.confirmed <= LAST_DAY

    def _notice(self) -> bool:
        w, day = self.w, self.confirmed
        supervisors = w.chance.sample(w.staff, 2)
        self.item["method"] = {
            "confirmed_on": str(day),
            "handling": "协办",
            "means": ["书面", "实地"],
            "supervisors": [{"person": person.id, "team": person.team} for person in supervisors],
            "signed": w.sign("deputy_director", day),
        }
        span = (self.deadline - day).days
        self.milestones = [
            {"name": f"第{number}阶段{w.pick(words.OBJECTS)}", "due": str(day + timedelta(days=span * number // 4))}
            for number in (1, 2, 3)
        ]
        self.item["task_notice"] = {
            "form_no": w.number("task", day),
            "issued_on": str(day),
            "issuer": w.office,
            "signer": w.holder("director"),
            "recipients": [self.lead, *self.others[:2]],
            "content": f"牵头完成{self.matter}。{w.pick(words.ACTIONS)}，{w.pick(words.ACTIONS)}；"
            "建立工作台账，明确到人到日，每个节点结束后两个工作日内书面报告。",
            "standards": [f"{self.matter}全部完工并通过验收", "沿线群众诉求逐件答复，满意率不低于90%"],
            "deadline": str(self.deadline),
            "milestones": self.milestones,
            "lead_leader": w.pick(w.leaders).id,
            "lead_unit": self.lead,
            "co_units": self.others[:2],
            "feedback_mode": "一次性",
            "contact": supervisors[0].id,
            "contact_phone": "0356-2198001",
            "signed": w.sign("director", day),
        }
        acknowledged = w.after(day, 1, 2)
        if acknowledged > LAST_DAY:
            return False
        self.item["task_notice"]["ack"] = {
            "by": w.holder("unit_head", self.lead),
            "on": str(acknowledged),
            "signed": w.sign("unit_head", acknowledged, self.lead),
        }
        self.supervisor = supervisors[0].id
        return True

    def _follow(self) -> bool:
        w, item = self.w, self.item
        self.done = self.deadline + timedelta(days=w.pick((-6, -4, -3, -2, -1, 0, 0, 5, 12)))
        self.done = max(self.done, date.fromisoformat(item["task_notice"]["ack"]["on"]))
        for number, milestone in enumerate(self.milestones):
            day = min(date.fromisoformat(milestone["due"]) + timedelta(days=w.pick((-2, -1, 0, 0, 3))), self.done)
            day = max(day, date.fromisoformat(item["task_notice"]["issued_on"]))
            if item.get("progress"):
                day = max(day, date.fromisoformat(item["progress"][-1]["on"]))
            if day > LAST_DAY:
                break
            report: Data = {
                "on": str(day),
                "unit": self.lead,
                "reporter": w.holder("liaison", self.lead),
                "progress": f"{w.pick(words.ACTIONS)}，完成第{number + 1}阶段任务的{w.chance.randint(80, 100)}%;"
                f"{w.pick(words.OBSTACLES)}的问题已上会研究。",
                "percent": min(100, 30 * (number + 1)),
                "milestones_done": [{"name": milestone["name"], "done_on": str(day)}],
            }
            if number == 2:
                report["cause"] = w.pick(w.causes)
            item.setdefault("progress", []).append({**report, "signed": w.sign("liaison", day, self.lead)})
        self._track()
        if w.chance.random() < 0.5:
            self._visit()
        return self.done <= LAST_DAY

    def _track(self) -> None:
        w = self.w
        issued = w.after(self.deadline, 1, 1)
        if issued > min(self.done, LAST_DAY):
            return
        cause = w.pick(w.causes)
        notice: Data = {
            "form_no": w.number("tracking", issued),
            "issued_on": str(issued),
            "issuer": w.office,
            "signer": w.holder("deputy_director"),
            "seq": 1,
            "colour": "黄",
            "to_unit": self.lead,
            "deadline": str(self.deadline),
            "days_overdue": 1,
            "finding": f"{self.matter}到期未完成，{w.pick(words.OBSTACLES)}。",
            "cause": cause,
            "requirement": f"{w.pick(words.ACTIONS)}，书面说明原因并明确完成日期。",
            "reply_by": str(w.after(issued, 3, 3)),
            "contact": self.supervisor,
            "contact_phone": "0356-2198002",
            "signed": w.sign("deputy_director", issued),
        }
        replied = w.after(issued, 1, 4)
        if replied <= LAST_DAY:
            notice["reply"] = {
                "on": str(replied),
                "reporter": w.holder("liaison", self.lead),
                "progress": f"已{w.pick(words.ACTIONS)}，剩余工程量不足一成。",
                "next_steps": f"下周{w.pick(words.ACTIONS)}。",
                "signed": w.sign("unit_head", replied, self.lead),
            }
        self.item["tracking_notices"] = [notice]

    def _visit(self) -> None:
        w = self.w
        day = w.after(self.confirmed, 3, 6)
        if day <= min(self.done, LAST_DAY):
            self.item["visits"] = [
                {
                    "on": str(day),
                    "place": f"{self.matter}现场",
                    "method": w.pick(("四不两直", "实地督查", "暗访")),
                    "visitors": [self.supervisor],
                    "finding": f"现场{w.chance.randint(5, 60)}人作业，{w.pick(words.OBSTACLES)}，与报表基本一致。",
                    "signed": [{"role": "supervisor", "by": self.supervisor, "on": str(day)}],
                }
            ]

    def _close(self) -> bool:
        w, item = self.w, self.item
        applied, verified, decided = self.done, w.after(self.done, 1, 2), w.after(self.done, 3, 3)
        if decided > LAST_DAY:
            return False
        item["report"] = {
            "on": str(verified),
            "author": self.supervisor,
            "result": f"{self.matter}已完成，两条工作标准逐条核对达到，群众回访满意。",
            "signed": w.sign("section_head", verified),
        }
        checks = (
            "facts_clear",
            "problem_solved",
            "task_done",
            "conclusion_right",
            "measures_lawful",
            "papers_in_order",
        )
        item["closure_notices"] = [
            {
                "form_no": w.number("closure", applied),
                "issued_on": str(applied),
                "issuer": w.office,
                "signer": w.holder("director"),
                "applied_on": str(applied),
                "applicant_unit": self.lead,
                "applicant": w.holder("unit_head", self.lead),
                "summary": f"{self.matter}全部完工，{w.pick(words.ACTIONS)}。",
                "standard_results": [
                    {"standard": one, "met": True, "evidence": "验收单和回访记录"}
                    for one in item["task_notice"]["standards"]
                ],
                "checklist": dict.fromkeys(checks, True),
                "verification": {
                    "method": "现场核查",
                    "by": self.supervisor,
                    "on": str(verified),
                    "finding": "现场与申请一致。",
                    "signed": [{"role": "supervisor", "by": self.supervisor, "on": str(verified)}],
                },
                "decision": {
                    "on": str(decided),
                    "by": w.holder("director"),
                    "result": "同意",
                    "signed": w.sign("director", decided),
                },
                "finished_on": str(self.done),
                "contact": self.supervisor,
                "contact_phone": "0356-2198003",
                "signed": w.sign("unit_head", applied, self.lead),
            }
        ]
        told, filed = w.after(decided, 1, 3), w.after(decided, 5, 8)
        if filed > LAST_DAY:
            return False
        item["feedback"] = {
            "on": str(told),
            "to": [item["intake"]["sources"][0]["leader"]],
            "content": f"{self.matter}已办结销号。",
            "signed": w.sign("director", told),
        }
        item["archive"] = {
            "archive_no": w.number("archive", filed),
            "on": str(filed),
            "by": w.holder("registrar"),
            "retention": "10年",
            "used_for": ["年度目标责任制考核"],
            "signed": w.sign("registrar", filed),
        }
        self._look_back(decided)
        return True

    def _look_back(self, decided: date) -> None:
        w = self.w
        day = decided + timedelta(days=w.registry.policy["look_back_days"] + w.chance.randint(-25, 5))
        if day <= LAST_DAY:
            found: Data = {
                "on": str(day),
                "by": self.supervisor,
                "finding": f"{self.matter}现场复看，{w.pick(words.ACTIONS)}的做法仍在执行。",
                "result": w.pick(("巩固", "巩固", "巩固", "部分反弹")),
            }
            signed = [{"role": "supervisor", "by": self.supervisor, "on": str(day)}]
            self.item["look_backs"] = [{**found, "signed": signed}]

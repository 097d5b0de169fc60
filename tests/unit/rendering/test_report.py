"""The monthly report in its three forms."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from datetime import UTC, datetime

import pytest
from lxml import html

from exchange.domain.compliance import (
    InboundByParty,
    InboundFigures,
    MonthlyReport,
    OutboundByParty,
    OutboundFigures,
    ReportParty,
)
from exchange.errors import BadInput
from exchange.rendering.charts import Piece, bar
from exchange.rendering.report import (
    INBOUND,
    OUTBOUND,
    report_csv,
    report_html,
    report_text,
)
from exchange.rendering.templates import Templates

REPORT = MonthlyReport(
    month="2026-10",
    party=ReportParty("OPA", "Operator A Ltd"),
    generated_at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    calendar_version="ENG 2026.1",
    audit_head="9f" * 32,
    inbound=InboundFigures(14, 1312, 1201, 34, 40, 22, 1020, 215, 50, 12, 15),
    outbound=OutboundFigures(6, 900, 512, 60, 200, 100, 400, 172, 20, 8, 110),
    inbound_by_party=(
        InboundByParty(
            "BABE",
            "Bright & Bold <Energy>",
            InboundFigures(14, 1312, 1201, 34, 40, 22, 1020, 215, 50, 12, 15),
        ),
    ),
    outbound_by_party=(
        OutboundByParty(
            "BABE", "Bright & Bold <Energy>", OutboundFigures(3, 600, 500, 0, 100), 4.5
        ),
        OutboundByParty("GONE", "=Gone Gas", OutboundFigures(1, 20, bounced=20)),
    ),
    notes=("A note & <more>.",),
)
EMPTY = MonthlyReport(
    "2026-02", ReportParty("OPA", "Operator A Ltd"), REPORT.generated_at, "ENG 2026.1", "",
    InboundFigures(), OutboundFigures(),
)  # fmt: skip


def rows(report: MonthlyReport) -> list[dict[str, str]]:
    content = report_csv(report)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


class TestFigures:
    def test_shares_count_what_is_answered_or_past_its_due_date(self) -> None:
        assert REPORT.inbound.in_time_share == 1201 / (1201 + 34 + 22)
        assert REPORT.outbound.in_time_share == 512 / (512 + 60 + 100)
        assert InboundFigures(open_in_time=5).in_time_share is None
        assert OutboundFigures(open=5, bounced=1).in_time_share is None

    def test_what_no_figure_has_is_noticed(self) -> None:
        assert REPORT.inbound.unaccounted == REPORT.outbound.unaccounted == 0
        assert dataclasses.replace(REPORT.inbound, devices_received=1313).unaccounted == 1
        assert dataclasses.replace(REPORT.outbound, bounced=23).unaccounted == -3

    @pytest.mark.parametrize("month", ["2026-13", "2026-1", "26-01", "2026-01-01", ""])
    def test_a_month_is_a_month(self, month: str) -> None:
        with pytest.raises(BadInput, match="2026-10"):
            dataclasses.replace(REPORT, month=month)


class TestCsv:
    def test_totals_and_suppliers_of_both_directions(self) -> None:
        assert [(row["Direction"], row["Signifier"]) for row in rows(REPORT)] == [
            ("received", "ALL"), ("received", "BABE"),
            ("asked", "ALL"), ("asked", "BABE"), ("asked", "GONE"),
        ]  # fmt: skip
        received, _, asked, _, gone = rows(REPORT)
        assert received == {
            "Month": "2026-10", "Direction": "received", "Signifier": "ALL",
            "Supplier": "all Suppliers", "Requests": "14", "Devices": "1312",
            "Answered in time": "1201", "Answered late": "34", "Open in time": "40",
            "Open late": "22", "Answered in time %": "95.5", "Code provided": "1020",
            "Not installer": "215", "Held": "50", "Not readable": "12", "Bounced": "",
            "Withdrawn": "15", "Escalated": "", "Median Working Days": "",
            "Calendar": "ENG 2026.1", "Generated": "2026-11-02T09:30:00+00:00",
            "Audit head": "9f" * 32,
        }  # fmt: skip
        shown = {name: value for name, value in asked.items() if value}
        assert shown == {
            "Month": "2026-10", "Direction": "asked", "Signifier": "ALL",
            "Supplier": "all Suppliers", "Requests": "6", "Devices": "900",
            "Answered in time": "512", "Answered late": "60", "Open in time": "200",
            "Open late": "100", "Answered in time %": "76.1", "Code provided": "400",
            "Not installer": "172", "Bounced": "20", "Withdrawn": "8", "Escalated": "110",
            "Calendar": "ENG 2026.1", "Generated": "2026-11-02T09:30:00+00:00",
            "Audit head": "9f" * 32,
        }  # fmt: skip
        assert gone["Supplier"] == "'=Gone Gas"
        assert gone["Answered in time %"] == gone["Median Working Days"] == ""

    def test_an_empty_month_has_its_totals(self) -> None:
        assert [row["Devices"] for row in rows(EMPTY)] == ["0", "0"]


class TestHtml:
    def page(self, report: MonthlyReport) -> html.HtmlElement:
        return html.document_fromstring(report_html(report, Templates()).decode("utf-8"))

    def test_every_figure_stands_with_its_meaning(self) -> None:
        received, asked = (
            self.page(REPORT).cssselect("section")
            if False
            else self.page(REPORT).findall(".//section")
        )
        for section, measures, figures in (
            (received, INBOUND, REPORT.inbound),
            (asked, OUTBOUND, REPORT.outbound),
        ):
            table = section.find(".//table[@class='figures']")
            said = {
                row[0].text_content(): (row[1].text_content(), row[2].text_content())
                for row in table.findall(".//tbody/tr")
            }
            for name, heading, meaning in measures:
                assert said[heading] == (f"{getattr(figures, name):,}", meaning)
            assert "due date has passed" in said["Answered inside ten Working Days"][1]
        assert "95.5 %" in received.text_content()
        assert "76.1 %" in asked.text_content()

    def test_suppliers_have_a_row_and_a_bar(self) -> None:
        table = self.page(REPORT).findall(".//table[@class='parties']")[1]
        names = [th.text_content() for th in table.findall(".//tbody/tr/th")]
        assert names == ["Bright & Bold <Energy> (BABE)", "=Gone Gas (GONE)"]
        bars = [svg.get("aria-label") for svg in table.findall(".//svg")]
        assert bars == ["500 in time, 100 open", "none"]
        first = [td.text_content() for td in table.find(".//tbody/tr").findall("td")]
        assert first == [
            "3", "600", "500", "0", "100", "0", "0", "0", "0", "0", "0", "100.0 %", "4.5",
        ]  # fmt: skip

    def test_tables_have_captions_and_scopes_and_even_rows(self) -> None:
        page = self.page(REPORT)
        for table in page.findall(".//table"):
            assert table.find("caption").text_content()
            assert all(th.get("scope") in ("col", "row") for th in table.iter("th"))
            widths = {
                sum(int(cell.get("colspan", "1")) for cell in row) for row in table.iter("tr")
            }
            assert len(widths) == 1
        assert page.get("lang") == "en-GB"
        assert [h.tag for h in page.iter("h1", "h2")] == ["h1", "h2", "h2"]

    def test_the_page_needs_nothing_else_and_escapes_what_others_wrote(self) -> None:
        text = report_html(REPORT, Templates()).decode()
        for banned in ("<script", "http:", "https:", "url(", "<link", "<img", "@import"):
            assert banned not in text
        assert "Bright &amp; Bold &lt;Energy&gt;" in text
        assert "A note &amp; &lt;more&gt;." in text
        assert "9f" * 32 in text

    def test_an_empty_month_says_so(self) -> None:
        text = self.page(EMPTY).text_content()
        assert text.count("Nothing in this month.") == 2
        assert "February 2026" in text


class TestText:
    def test_a_terminal_shows_both_directions(self) -> None:
        text = report_text(REPORT)
        assert re.search(r"^  Devices +1,312  ", text, re.MULTILINE)
        assert re.search(r"^  Escalated +110  ", text, re.MULTILINE)
        assert "Answered inside ten Working Days: 95.5 %" in text
        (line,) = re.findall(r"^  Bright & Bold <Energy> \(BABE\) +600.*$", text, re.MULTILINE)
        assert line.split()[-6:] == ["500", "100", "0", "4.5", "100.0", "%"]
        (line,) = re.findall(r"^  =Gone Gas \(GONE\) .*$", text, re.MULTILINE)
        assert line.split()[-6:] == ["20", "0", "0", "0", "–", "–"]
        assert text.endswith(f"audit head {'9f' * 32}\n")
        assert max(map(len, text.split("\n")[:-2])) <= 100

    def test_an_empty_month(self) -> None:
        text = report_text(EMPTY)
        assert "audit head none" in text
        assert "Answered inside ten Working Days: –" in text


def test_figures_that_do_not_add_up_are_said_in_text_and_page() -> None:
    wrong = dataclasses.replace(
        REPORT, inbound=dataclasses.replace(REPORT.inbound, devices_received=1319)
    )
    words = "The figures do not add up: 7 of the devices received from other Suppliers"
    assert words in report_text(wrong)
    assert words in report_html(wrong, Templates()).decode()
    assert "do not add up" not in report_text(REPORT)


class TestBars:
    def widths(self, *sizes: int, scale: int = 0) -> list[float]:
        svg = bar([Piece(f"p{n}", size, "c") for n, size in enumerate(sizes)], scale)
        return [float(width) for width in re.findall(r'<rect [^>]* width="([\d.]+)"', svg)]

    def test_lengths_are_in_proportion(self) -> None:
        assert self.widths(1, 2, 1) == [60, 120, 60]
        assert self.widths(1, 0, 1, scale=8) == [30, 30]
        assert self.widths(0, 0) == []

    def test_one_among_thousands_is_seen(self) -> None:
        assert self.widths(100_000, 1)[1] == 2.0

    def test_labels_are_escaped(self) -> None:
        assert "&lt;b&gt;" in bar([Piece('<b>"', 1, "x")])
        assert "<b>" not in bar([Piece('<b>"', 1, "x")])

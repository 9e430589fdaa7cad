"""JUnit XML, as pytest writes it: one suite per student, and one case per check and backend.

What could not be judged is an error; an untouched starter is skipped. Times and the name of the machine
are left out or 0, so the same results are the same bytes.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from checker.harmless import printable
from checker.report import CheckReport
from checker.sweep.exports.outcomes import works
from checker.sweep.marks import Rules, correction_in_words, mark, rounded
from checker.sweep.results import Cohort, ExerciseInfo, Result, Student, Work


def of_cohort(cohort: Cohort, rules: Rules) -> bytes:
    return _suites(cohort.results, rules)


def of_result(result: Result, rules: Rules) -> bytes:
    return _suites([result], rules)


def _suites(results: Iterable[Result], rules: Rules) -> bytes:
    suites = ET.Element("testsuites", name="tasklings")
    suites.extend(_suite(result, rules) for result in results)
    ET.indent(suites)
    encoded: bytes = ET.tostring(suites, "utf-8", xml_declaration=True)
    return encoded + b"\n"


def _suite(result: Result, rules: Rules) -> ET.Element:
    suite = ET.Element("testsuite", name=printable(result.student.name))
    got = mark(result, rules)
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("points", got.points),
        ("max_points", got.max_points),
        ("days_late", got.days_late),
        ("final_points", "" if got.not_graded else rounded(got.final)),
        *(("corrected", correction_in_words(one)) for one in got.corrections),
    ):
        ET.SubElement(properties, "property", name=name, value=printable(str(value)))
    for exercise, work in works(result):
        suite.extend(_cases(result.student, exercise, work))
    for count, tag in (("errors", "error"), ("failures", "failure"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("time", "0.000")
    return suite


def _cases(student: Student, exercise: ExerciseInfo, work: Work | None) -> list[ET.Element]:
    if work is None:
        case = _case(exercise.name, "all checks")
        if student.submitted or student.unread:
            ET.SubElement(case, "error", message="it has not been judged yet")
        else:
            ET.SubElement(case, "skipped", type="pytest.skip", message="nothing was handed in")
        return [case]
    cases = []
    for check in work.report.checks:
        case = _case(exercise.name, f"{check.name}[{check.backend}]")
        if work.report.status == "not_started":
            ET.SubElement(case, "skipped", type="pytest.skip", message="not started")
        elif check.status != "passed":
            _tell(case, check)
        cases.append(case)
    return cases


def _case(exercise: str, name: str) -> ET.Element:
    classname = printable(exercise).replace("/", ".")
    return ET.Element("testcase", classname=classname, name=printable(name), time="0.000")


def _tell(case: ET.Element, check: CheckReport) -> None:
    place = f"{printable(check.file)}:{check.line}" if check.line is not None else ""
    tag = "failure" if check.status == "failed" else "error"
    # Line feeds in an attribute are kept as references, but no reader shows them as such.
    told = ET.SubElement(case, tag, message=printable(check.summary))
    told.text = "\n".join(
        part for part in (printable(check.title), printable(check.message), place) if part
    )

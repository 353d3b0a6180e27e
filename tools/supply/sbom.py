"""The packages that are shipped → the bill of materials in CycloneDX's JSON, the same bytes for the same locks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from supply.licences import licence_of
from supply.locks import PROJECT, Package

WHERE = "duban:marker"
"""The property that holds the PEP 508 marker of the machines a package is for."""


def document(packages: Sequence[Package], version: str) -> str:
    """CycloneDX 1.6. It has no serial number and no time: those would differ where nothing else does."""
    licence = LicenseFactory()
    project = Component(
        type=ComponentType.APPLICATION,
        name=PROJECT,
        version=version,
        bom_ref=PROJECT,
        licenses=[licence.make_with_id("Apache-2.0")],
    )
    components = {package: _component(package, licence) for package in packages}
    bom = Bom(components=components.values())
    bom.serial_number = None  # type: ignore[assignment]  # the schema needs neither, and the library writes neither
    bom.metadata.timestamp = None  # type: ignore[assignment]
    bom.metadata.component = project
    bom.register_dependency(project, _needed(PROJECT, components.items()))
    for package, component in components.items():
        same = ((one, its) for one, its in components.items() if one.registry == package.registry)
        bom.register_dependency(component, _needed(package.name, same))
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _component(package: Package, licence: LicenseFactory) -> Component:
    scope, _, name = package.name.rpartition("/")
    url = PackageURL(package.registry, scope or None, name, package.version)
    known = licence_of(package)
    hashes = [HashType(alg=HashAlgorithm(algorithm), content=digest) for algorithm, digest in package.digests]
    # PyPI's digests are those of files for several machines: none is the digest of the package itself.
    files = ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url.to_string()), hashes=hashes)
    one_file = package.registry == "npm"
    return Component(
        type=ComponentType.LIBRARY,
        group=scope or None,
        name=name,
        version=package.version,
        purl=url,
        bom_ref=url.to_string(),
        scope=ComponentScope.OPTIONAL if package.optional else ComponentScope.REQUIRED,
        hashes=hashes if one_file else (),
        external_references=() if one_file else (files,),
        licenses=[licence.make_from_string(known)] if known else (),
        properties=[Property(name=WHERE, value=package.where)] if package.where else (),
    )


def _needed(name: str, components: Iterable[tuple[Package, Component]]) -> list[Component]:
    return [component for package, component in components if name in package.asked_by]

package org.netdissect.app;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which module may use which; Maven does not tell, since its compile scope is transitive. */
class LayersOfTheHouseTest {
  @Test
  void modulesUseOnlyWhatTheyMay() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.netdissect");
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("concepts")
        .definedBy("org.netdissect.concepts..")
        .layer("networks")
        .definedBy("org.netdissect.networks..")
        .layer("dissection")
        .definedBy("org.netdissect.dissection..")
        .layer("report")
        .definedBy("org.netdissect.report..")
        .layer("lab")
        .definedBy("org.netdissect.lab..")
        .layer("app")
        .definedBy("org.netdissect.app..")
        .whereLayer("concepts")
        .mayNotAccessAnyLayer()
        .whereLayer("networks")
        .mayNotAccessAnyLayer()
        .whereLayer("dissection")
        .mayOnlyAccessLayers("concepts", "networks")
        .whereLayer("report")
        .mayOnlyAccessLayers("concepts", "networks", "dissection")
        .whereLayer("lab")
        .mayOnlyAccessLayers("concepts", "networks", "dissection", "report")
        .whereLayer("app")
        .mayNotBeAccessedByAnyLayer()
        .withOptionalLayers(true)
        .check(classes);
  }
}

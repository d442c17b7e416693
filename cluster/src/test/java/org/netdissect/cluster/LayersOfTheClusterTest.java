package org.netdissect.cluster;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The top floor: it may use the command and what parts are made of; nobody may use it. */
class LayersOfTheClusterTest {
  private static final String CLUSTER = "org.netdissect.cluster..";

  private static JavaClasses house;

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.netdissect");
    assertTrue(house.contain(SparkEngine.class));
  }

  @Test
  void itUsesOnlyWhatItMay() {
    classes()
        .that()
        .resideInAPackage(CLUSTER)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            CLUSTER,
            "org.netdissect.app",
            "org.netdissect.base..",
            "org.netdissect.dissection",
            "org.netdissect.lab.study",
            "org.apache.spark..",
            "org.apache.hadoop..",
            "org.jspecify..",
            "scala..",
            "java..")
        .check(house);
  }

  @Test
  void sparkIsKnownHereAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(CLUSTER)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(CLUSTER, "org.apache.spark..", "org.apache.hadoop..", "scala..")
        .check(house);
  }

  @Test
  void itPrintsNothingAndIsHeldToNullAway() {
    noClasses()
        .that()
        .resideInAPackage(CLUSTER)
        .should()
        .accessField(System.class, "out")
        .check(house);
    assertTrue(house.getPackage("org.netdissect.cluster").isAnnotatedWith(NullMarked.class));
  }
}

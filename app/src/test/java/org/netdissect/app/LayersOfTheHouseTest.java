package org.netdissect.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Which module may use which, and which package of a module; Maven does not tell, since its compile
 * scope is transitive.
 */
class LayersOfTheHouseTest {
  /** What each module may use. */
  private static final Map<String, List<String>> MODULES = new LinkedHashMap<>();

  static {
    MODULES.put("base", List.of());
    MODULES.put("networks", List.of("base"));
    MODULES.put("pictures", List.of("base"));
    MODULES.put("results", List.of("base", "networks"));
    MODULES.put("concepts", List.of("base", "pictures"));
    MODULES.put("datasets", List.of("base", "pictures", "concepts", "networks"));
    MODULES.put("dissection", List.of("base", "pictures", "concepts", "networks", "results"));
    MODULES.put(
        "analysis", List.of("base", "pictures", "concepts", "networks", "results", "dissection"));
    MODULES.put(
        "report", List.of("base", "pictures", "concepts", "networks", "results", "dissection"));
    MODULES.put(
        "lab",
        List.of(
            "base",
            "pictures",
            "concepts",
            "datasets",
            "networks",
            "results",
            "analysis",
            "dissection",
            "analysis",
            "report"));
  }

  /** Packages of a module from the ground up; each may use those before it. */
  private static final Map<String, List<String>> PACKAGES =
      Map.of(
          "results", List.of("values", ""),
          "concepts", List.of("", "atlas"),
          "dissection",
              List.of("rules", "fit", "activations", "recording", "tally", "scoring", ""));

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // What modules lend to each other's tests.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.netdissect");
  }

  @Test
  void modulesUseOnlyWhatTheyMay() {
    LayeredArchitecture house = layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String module : MODULES.keySet()) {
      house = house.layer(module).definedBy("org.netdissect." + module + "..");
    }
    for (Map.Entry<String, List<String>> module : MODULES.entrySet()) {
      house =
          module.getValue().isEmpty()
              ? house.whereLayer(module.getKey()).mayNotAccessAnyLayer()
              : house
                  .whereLayer(module.getKey())
                  .mayOnlyAccessLayers(module.getValue().toArray(String[]::new));
    }
    house
        .layer("app")
        .definedBy("org.netdissect.app..")
        .whereLayer("app")
        .mayNotBeAccessedByAnyLayer()
        .check(classes);
  }

  @Test
  void packagesOfAModuleUseOnlyThoseBelow() {
    PACKAGES.forEach(
        (module, packages) -> {
          LayeredArchitecture floor = layeredArchitecture().consideringOnlyDependenciesInLayers();
          String[] names =
              packages.stream()
                  .map(name -> "org.netdissect." + module + (name.isEmpty() ? "" : "." + name))
                  .toArray(String[]::new);
          for (String name : names) {
            floor = floor.layer(name).definedBy(name);
          }
          for (int i = 0; i < names.length; i++) {
            floor =
                i == 0
                    ? floor.whereLayer(names[i]).mayNotAccessAnyLayer()
                    : floor
                        .whereLayer(names[i])
                        .mayOnlyAccessLayers(java.util.Arrays.copyOf(names, i));
          }
          floor.check(classes);
        });
  }

  /** Threads, digests and whole-file writes have one tool each, on the ground floor. */
  @Test
  void theGroundFloorHasTheOnlyToolsOfTheirKind() {
    Map<Class<?>, String> tools =
        Map.of(
            Executors.class, "Workers or InOrder",
            MessageDigest.class, "Digests",
            HexFormat.class, "Digests");
    tools.forEach(
        (raw, tool) ->
            noClasses()
                .that()
                .resideInAPackage("org.netdissect..")
                .and()
                .resideOutsideOfPackages("org.netdissect.base..", "org.netdissect.bench..")
                .should()
                .callMethodWhere(
                    JavaCall.Predicates.target(
                        DescribedPredicate.describe(
                            "static methods of " + raw.getSimpleName(),
                            method ->
                                method.getOwner().isEquivalentTo(raw)
                                    && List.of(
                                            "getInstance",
                                            "of",
                                            "newFixedThreadPool",
                                            "newSingleThreadExecutor",
                                            "newCachedThreadPool",
                                            "newWorkStealingPool")
                                        .contains(method.getName()))))
                .because("there is " + tool)
                .check(classes));
  }

  /** Everything printed goes through one place, which notices failures and keeps terminals safe. */
  @Test
  void onlyOutputPrints() {
    noClasses()
        .that()
        .resideInAPackage("org.netdissect..")
        .and()
        .resideOutsideOfPackage("org.netdissect.bench..")
        .and()
        .doNotHaveSimpleName("Output")
        .should()
        .accessField(System.class, "out")
        .check(classes);
  }

  @Test
  void everyPackageIsHeldToNullAway() {
    List<String> open =
        classes.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(known -> !known.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .toList();
    assertEquals(List.of(), open);
  }

  @Test
  void packagesAreFreeOfCircles() {
    for (String module : List.of("base", "datasets", "report", "lab")) {
      slices()
          .matching("org.netdissect." + module + ".(*)..")
          .should()
          .beFreeOfCycles()
          .check(classes);
    }
  }
}

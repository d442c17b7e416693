@echo off
rem Runs netdissect. NETDISSECT_OPTS holds options for Java, such as -Xmx2g.
setlocal
set "home=%~dp0.."
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
for %%j in ("%home%\lib\netdissect-app-*.jar") do set "jar=%%j"
set "ORT_DISABLE_TELEMETRY=1"
if "%~1"=="train" if exist "%home%\lib-train" goto train
rem The classes as Java holds them in memory, in the user's cache folder; see the other script.
set "build="
set "classes="
set "archive="
if defined LOCALAPPDATA if not "%NETDISSECT_ARCHIVE%"=="off" if exist "%home%\lib\build.id" set /p build=<"%home%\lib\build.id"
set "key=%home%-%java%"
set "key=%key::=%"
set "key=%key:\=-%"
if defined build set "file=%LOCALAPPDATA%\netdissect\classes\%build%-%key%.jsa"
if defined build set classes="-Dnetdissect.classes=%file%"
if defined build if exist "%file%" set archive="-XX:SharedArchiveFile=%file%" -XX:+VerifySharedSpaces
rem What ends soon is over before Java's optimizing compiler pays off.
set "brief="
for %%c in (layers show --help --version) do if "%~1"=="%%c" set "brief=-XX:TieredStopAtLevel=1"
"%java%" "@%home%\bin\java.options" %brief% %classes% %archive% %NETDISSECT_OPTS% -jar "%jar%" %*
exit /b %errorlevel%
:train
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=PASSIVE"
if not defined ONEDNN_MAX_CPU_ISA set "ONEDNN_MAX_CPU_ISA=AVX2"
if not defined ATEN_CPU_CAPABILITY set "ATEN_CPU_CAPABILITY=avx2"
"%java%" %NETDISSECT_OPTS% -cp "%home%\lib\*;%home%\lib-train\*" org.netdissect.app.Netdissect %*
exit /b %errorlevel%

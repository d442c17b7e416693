@echo off
rem Runs netdissect. NETDISSECT_OPTS holds options for Java, such as -Xmx2g.
setlocal
set "home=%~dp0.."
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
for %%j in ("%home%\lib\netdissect-app-*.jar") do set "jar=%%j"
set "ORT_DISABLE_TELEMETRY=1"
if "%~1"=="train" if exist "%home%\lib-train" goto train
set "archive="
if exist "%home%\lib\netdissect.jsa" set archive="-XX:SharedArchiveFile=%home%\lib\netdissect.jsa"
"%java%" "@%home%\bin\java.options" %archive% %NETDISSECT_OPTS% -jar "%jar%" %*
exit /b %errorlevel%
:train
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=PASSIVE"
if not defined ONEDNN_MAX_CPU_ISA set "ONEDNN_MAX_CPU_ISA=AVX2"
if not defined ATEN_CPU_CAPABILITY set "ATEN_CPU_CAPABILITY=avx2"
"%java%" %NETDISSECT_OPTS% -cp "%home%\lib\*;%home%\lib-train\*" org.netdissect.app.Netdissect %*
exit /b %errorlevel%

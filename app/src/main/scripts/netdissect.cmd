@echo off
rem Runs netdissect. NETDISSECT_OPTS holds options for Java, such as -Xmx2g.
setlocal
set "home=%~dp0.."
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
where /q java
if not defined JAVA_HOME if errorlevel 1 goto nojava
if defined JAVA_HOME if not exist "%java%.exe" goto nojava
for %%j in ("%home%\lib\netdissect-app-*.jar") do set "jar=%%j"
set "ORT_DISABLE_TELEMETRY=1"
for %%c in (train study) do if "%~1"=="%%c" if exist "%home%\lib-train" goto train
rem The classes as Java holds them in memory, in the user's cache folder; see the other script.
set "cache="
call :options %NETDISSECT_OPTS%
if not defined cache if defined LOCALAPPDATA set "cache=%LOCALAPPDATA%\netdissect"
if defined cache for %%c in ("%cache%") do set "cache=%%~fc"
set "build="
if defined cache if not "%NETDISSECT_ARCHIVE%"=="off" if exist "%home%\lib\build.id" set /p build=<"%home%\lib\build.id"
rem A semicolon would part the one file's name into two.
if defined cache if not "%cache:;=%"=="%cache%" set "build="
rem Whoever says how Java shares classes means that.
(set NETDISSECT_OPTS& set JAVA_TOOL_OPTIONS& set JDK_JAVA_OPTIONS) 2>nul | findstr /c:"SharedArchiveFile" /c:"AOT" /c:"-Xshare" /c:"DumpLoadedClassList" >nul
if not errorlevel 1 set "build="
set "classes="
set "archive="
set "key=%home%-%java%"
set "key=%key::=%"
set "key=%key:\=-%"
if defined build set "file=%cache%\classes\%build%-%key%.jsa"
if defined build set classes="-Dnetdissect.classes=%file%"
if defined build if exist "%file%" set archive="-XX:SharedArchiveFile=%file%" -XX:+VerifySharedSpaces
rem What ends soon is over before Java's optimizing compiler pays off.
set "brief="
for %%c in (layers show --help --version) do if "%~1"=="%%c" set "brief=-XX:TieredStopAtLevel=1"
if not "%~1"=="run" goto start
rem An equals sign parts words here as a space does.
:word
if "%~1"=="" goto start
if "%~1"=="--limit" for /l %%n in (1,1,499) do if "%~2"=="%%n" set "brief=-XX:TieredStopAtLevel=1"
shift
goto word
:start
"%java%" "@%home%\bin\java.options" %brief% %classes% %archive% %NETDISSECT_OPTS% -jar "%jar%" %*
exit /b %errorlevel%
:train
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=PASSIVE"
if not defined ONEDNN_MAX_CPU_ISA set "ONEDNN_MAX_CPU_ISA=AVX2"
if not defined ATEN_CPU_CAPABILITY set "ATEN_CPU_CAPABILITY=avx2"
"%java%" --enable-native-access=ALL-UNNAMED %NETDISSECT_OPTS% -cp "%home%\lib\*;%home%\lib-train\*" org.netdissect.app.Netdissect %*
exit /b %errorlevel%
:options
if "%~1"=="" exit /b 0
if "%~1"=="-Dnetdissect.cache" set "cache=%~2"
set "word=%~1"
if "%word:~0,19%"=="-Dnetdissect.cache=" set "cache=%word:~19%"
shift
goto options
:nojava
echo netdissect: no Java found; install a JDK or JRE 17 or newer, or set JAVA_HOME>&2
exit /b 1

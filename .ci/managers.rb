#!/usr/bin/env ruby
# Looks into what a release has made for the package managers: the entries of
# Homebrew, Scoop, winget, the AUR and Nix. Each is read as its own manager reads
# it, or by the parser of its language; is of the right version and licence; leads
# to archives of this release, by their checksums; and names only files that are
# inside of them. What the AUR's would install is installed into a folder. Each
# must be for all systems that the release has archives for, be it two or ten.
#
#   .ci/managers.rb DIST PLACE    PLACE is an empty folder for what is unpacked
require "fileutils"
require "json"
require "open3"
require "tmpdir"
require "yaml"

DIST, PLACE = ARGV.map { |path| File.realpath(path) }
VERSION = JSON.parse(File.read("#{DIST}/metadata.json")).fetch("version")
SUMS = File.readlines("#{DIST}/checksums.txt").to_h { |line| line.split.reverse }
LICENCE = "Apache-2.0"
WHAT = "Private chat rooms behind your authenticator, in one binary"

def complain(text) = abort("managers.rb: #{text}")

def want(what, got, want)
  complain("#{what} is #{got.inspect}, want #{want.inspect}") unless want === got
end

# run COMMAND... returns what it prints; nothing may be on standard error.
def run(*command, **options)
  out, trouble, status = Open3.capture3(*command, **options)
  complain("#{command.join(" ")}: #{trouble}#{out}") unless status.success? && trouble.empty?
  out
end

def only(pattern)
  found = Dir.glob("#{DIST}/#{pattern}")
  complain("there are #{found.length} files #{pattern}, want one") unless found.length == 1
  found.first
end

# archive WHAT, URL, SUM, NAME: the URL is that of the archive with such a name,
# in a release, and the sum is its own. Returns the names of what is inside.
def archive(what, url, sum, name)
  file = "chat_#{VERSION}_#{name}"
  want("the address for #{what}", url, %r{\Ahttps://github\.com/[\w-]+/chat/releases/download/v[^/]+/#{Regexp.escape(file)}\z})
  want("the checksum for #{what}", sum, SUMS.fetch(file))
  listing = file.end_with?(".zip") ? %w[unzip -Z1] : %w[tar -tzf]
  run(*listing, "#{DIST}/#{file}").split("\n")
end

# made NAMES... are those of names, theirs => ours, that this release has.
def made(names)
  names.select { |_, ours| %w[tar.gz zip].any? { |kind| SUMS.key?("chat_#{VERSION}_#{ours}.#{kind}") } }
end

def inside(what, files, names)
  missing = names - files
  complain("#{what} has or wants #{missing.join(", ")}, which is not there") unless missing.empty?
end

def both(text, what, names)
  complain("#{what} is for #{text.sort}, want #{names.sort}") unless text.sort == names.sort
end

# A cask is Ruby. This runs one, as Homebrew would for a system and a processor,
# and keeps what each stanza says.
class Cask
  attr_reader :said

  def initialize(system, processor)
    @system, @processor, @said = system, processor, Hash.new { |all, name| all[name] = [] }
  end

  def cask(token)
    want("the cask's name", token, "chat")
    yield
  end
  %w[macos linux].each { |name| define_method("on_#{name}") { |&block| instance_eval(&block) if name == @system } }
  %w[intel arm].each { |name| define_method("on_#{name}") { |&block| instance_eval(&block) if name == @processor } }
  %i[version sha256 url name desc homepage binary manpage bash_completion zsh_completion fish_completion].each do |stanza|
    define_method(stanza) { |value = nil| value ? @said[stanza] << value : @said[stanza].last }
  end
  def livecheck; end
  def postflight; end
end

def homebrew
  file = only("homebrew/**/*.rb")
  want("Ruby's word on the cask", run("ruby", "-wc", file), "Syntax OK\n")
  made(%w[macos intel] => "darwin_amd64", %w[macos arm] => "darwin_arm64", %w[linux intel] => "linux_amd64", %w[linux arm] => "linux_arm64").each do |system, name|
    cask = Cask.new(*system)
    cask.instance_eval(File.read(file), file)
    said = cask.said
    { version: VERSION, desc: WHAT }.each { |stanza, value| want("the cask's #{stanza}", said[stanza], [value]) }
    files = archive("Homebrew, #{name}", *said[:url], *said[:sha256], "#{name}.tar.gz")
    pages = files.grep(%r{\Aman/})
    both(said[:manpage], "the cask's manual", pages)
    inside("the cask", files, said.values_at(:binary, :bash_completion, :zsh_completion, :fish_completion).each { |one| want("a stanza", one.length, 1) }.flatten)
  end
end

def scoop
  entry = JSON.parse(File.read(only("scoop/**/*.json")))
  { "version" => VERSION, "license" => LICENCE, "description" => WHAT }.each { |key, value| want("Scoop's #{key}", entry[key], value) }
  systems = made("64bit" => "windows_amd64", "arm64" => "windows_arm64")
  both(entry["architecture"].keys, "Scoop's entry", systems.keys)
  entry["architecture"].each do |processor, one|
    files = archive("Scoop, #{processor}", one["url"], one["hash"], "#{systems[processor]}.zip")
    inside("Scoop's entry", files, one["bin"])
  end
end

def winget
  all = Dir.glob("#{DIST}/winget/**/*.yaml").map { |file| YAML.safe_load_file(file) }
  both(all.map { |one| one["ManifestType"] }, "winget's manifest", %w[defaultLocale installer version])
  all.each do |one|
    want("winget's version", one["PackageVersion"], VERSION)
    want("winget's name", one["PackageIdentifier"], /\A[^.\s]+\.chat\z/)
    want("winget's schema", one["ManifestVersion"], /\A1\.\d+\.0\z/)
  end
  locale, installer, = all.sort_by { |one| one["ManifestType"] }
  { "License" => LICENCE, "ShortDescription" => WHAT, "PackageName" => "chat", "PackageLocale" => "en-US", "Publisher" => /./ }.each { |key, value| want("winget's #{key}", locale[key], value) }
  want("winget's kind of installer", installer["InstallerType"], "zip")
  systems = made("x64" => "windows_amd64", "arm64" => "windows_arm64")
  both(installer["Installers"].map { |one| one["Architecture"] }, "winget's manifest", systems.keys)
  installer["Installers"].each do |one|
    files = archive("winget, #{one["Architecture"]}", one["InstallerUrl"], one["InstallerSha256"].downcase, "#{systems[one["Architecture"]]}.zip")
    want("what is inside for winget", one["NestedInstallerType"], "portable")
    inside("winget's manifest", files, one["NestedInstallerFiles"].map { |file| file["RelativeFilePath"] })
  end
end

# aur lets makepkg, which refuses to be root, read the entry, and what it reads
# must have what the .SRCINFO says, but for the name of what is downloaded. Then
# it calls the entry's package function.
def aur
  entry = File.read(only("aur/*.pkgbuild"))
  read = read_as_nobody(entry)
  fields = ->(text) { text.lines.map { |line| line.strip.sub(/= \S+::/, "= ") }.grep(/=/).sort }
  inside(".SRCINFO", fields.call(read), fields.call(File.read(only("aur/*.srcinfo"))))
  said = read.lines.map { |line| line.strip.split(" = ", 2) }.group_by(&:first).transform_values { |all| all.map(&:last) }
  { "pkgver" => VERSION.tr("-", "_"), "license" => LICENCE, "pkgdesc" => WHAT, "backup" => "etc/chat/chat.env" }.each { |key, value| want("#{key} of the AUR", said[key], [value]) }
  systems = made("x86_64" => "linux_amd64", "aarch64" => "linux_arm64", "armv7h" => "linux_armv7") # Arch has no ARMv6 any more.
  both(said["arch"], "the AUR's entry", systems.keys)
  systems.each { |theirs, ours| archive("the AUR, #{theirs}", said["source_#{theirs}"].first.split("::").last, *said["sha256sums_#{theirs}"], "#{ours}.tar.gz") }
  install(entry)
end

def read_as_nobody(entry)
  as = Process.uid.zero? ? %w[setpriv --reuid=65534 --regid=65534 --clear-groups] : []
  Dir.mktmpdir do |folder|
    File.chmod(0o777, folder)
    File.write("#{folder}/PKGBUILD", entry)
    run({ "PACMAN" => "true" }, *as, "makepkg", "--printsrcinfo", chdir: folder) # It looks for pacman, and never asks it.
  end
end

def install(entry)
  place = "#{PLACE}/aur"
  FileUtils.mkdir_p("#{place}/src")
  File.write("#{place}/PKGBUILD", entry)
  run("tar", "-xzf", "#{DIST}/chat_#{VERSION}_linux_amd64.tar.gz", "-C", "#{place}/src")
  run({ "pkgdir" => "#{place}/root" }, "bash", "-euc", "source ../PKGBUILD && package", chdir: "#{place}/src")
  files = Dir.glob("**/*", base: "#{place}/root").select { |file| File.file?("#{place}/root/#{file}") }
  inside("what the AUR installs", files, %w[
    usr/bin/chat etc/chat/chat.env usr/lib/systemd/system/chat.service usr/lib/systemd/system/chat.socket usr/share/man/man1/chat.1.gz
    usr/share/bash-completion/completions/chat usr/share/fish/vendor_completions.d/chat.fish usr/share/zsh/site-functions/_chat
    usr/share/licenses/chat/LICENSE usr/share/licenses/chat/THIRD_PARTY_LICENSES
  ])
  want("the mode of the AUR's settings", File.stat("#{place}/root/etc/chat/chat.env").mode & 0o777, 0o600)
end

# nix evaluates the entry with a stand-in for nixpkgs, on each system.
def nix
  ENV.update("NIX_REMOTE" => "dummy://", "NIX_CONFIG" => "build-users-group =") # It builds and keeps nothing.
  file = only("nix/**/default.nix")
  run("nix-instantiate", "--parse", file)
  systems = made("x86_64-linux" => "linux_amd64", "aarch64-linux" => "linux_arm64", "armv6l-linux" => "linux_armv6", "armv7l-linux" => "linux_armv7", "x86_64-darwin" => "darwin_amd64", "aarch64-darwin" => "darwin_arm64")
  systems.each do |system, name|
    got = JSON.parse(run("nix-instantiate", "--eval", "--strict", "--json", "--expr", <<~NIX))
      import #{file} {
        lib = { licenses.asl20 = "#{LICENCE}"; sourceTypes.binaryNativeCode = ""; };
        fetchurl = src: src;
        installShellFiles = "";
        stdenvNoCC = { hostPlatform.system = "#{system}"; mkDerivation = derivation: derivation; };
      }
    NIX
    want("Nix's version", got["version"], VERSION)
    want("Nix's licence", got["meta"]["license"], LICENCE)
    want("Nix's description", got["meta"]["description"], WHAT)
    both(got["meta"]["platforms"], "Nix's entry", systems.keys)
    sum = run("nix-hash", "--type", "sha256", "--to-base16", got["src"]["sha256"]).strip
    archive("Nix, #{system}", got["src"]["url"], sum, "#{name}.tar.gz")
    want("what Nix installs", run("bash", "-n", stdin_data: got["installPhase"]), "")
  end
end

homebrew
scoop
winget
aur
nix
puts "the entries of Homebrew, Scoop, winget, the AUR and Nix lead to this release"

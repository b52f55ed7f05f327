// Made by scripts/generate.ts from schemas/; change those and run `npm run generate`.
"use strict";
export const validateHelmRelease = validate10;
const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://headway.dev/schemas/v1/helmrelease.schema.json","title":"HelmRelease","description":"One Helm release that a stack declares: a chart, its values, and what it waits for.","type":"object","additionalProperties":false,"required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"const":"headway.dev/v1","type":"string","description":"The version of this format."},"kind":{"const":"HelmRelease","type":"string","description":"What this document declares."},"metadata":{"type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"$ref":"#/$defs/dnsName","description":"The release's name in Headway, and in Helm unless spec.releaseName says otherwise."},"namespace":{"$ref":"#/$defs/namespace","description":"The namespace that the release is installed in. Default: spec.defaults.namespace of headway.yaml; there is no default beyond that."},"labels":{"type":"object","additionalProperties":{"type":"string"},"description":"Labels of the release: -l SELECTOR picks releases by them."},"annotations":{"type":"object","additionalProperties":{"type":"string"},"description":"For your own use; Headway does not read them."}},"description":"Names the release."},"spec":{"type":"object","additionalProperties":false,"required":["chart"],"description":"What is installed and how.","properties":{"chart":{"type":"string","minLength":1,"description":"The chart: a folder, as ./chart or ../charts/orders, relative to the file that declares it and inside the git repository; or ALIAS/NAME of a repository in headway.yaml; or oci://HOST/PATH/NAME; or the https:// address of a packaged chart (.tgz)."},"version":{"type":"string","minLength":1,"description":"The versions of the chart that will do, in Helm's range syntax. A folder's version is the one in its Chart.yaml; it has to fit."},"dependsOn":{"type":"array","items":{"type":["string","object"],"additionalProperties":false,"required":["name"],"properties":{"name":{"$ref":"#/$defs/dnsName","description":"The other release's metadata.name."},"namespace":{"$ref":"#/$defs/namespace","description":"The other release's namespace. Default: the same one."},"readyExpr":{"type":"string","minLength":1,"maxLength":4096,"description":"A CEL expression over `dep` and `self` that must be true, besides the dependency's health, before this release starts."}},"description":"NAME (same namespace) or NAMESPACE/NAME of another release of the stack, or a mapping with a condition."},"description":"Releases that must be healthy before this one starts: NAME (same namespace), NAMESPACE/NAME, or a mapping with name, namespace and readyExpr."},"phase":{"type":"string","description":"One of spec.phases of headway.yaml: the release waits for every release of the earlier phases. A release without a phase waits for its own dependsOn only."},"values":{"type":["object","null"],"additionalProperties":true,"description":"The chart's values. Helm sees them exactly as `helm -f` would read the same text."},"valuesFiles":{"type":"array","items":{"type":"string","minLength":1,"description":"A path relative to the file that declares the release."},"description":"YAML files of values, below valuesFrom and values, the last one strongest. Paths are relative to the file that declares the release and stay inside the git repository. Files encrypted with SOPS are decrypted in memory."},"valuesFrom":{"type":"array","items":{"type":"object","title":"ValuesReference","additionalProperties":false,"required":["kind","name"],"description":"One Secret or ConfigMap of the release's namespace.","properties":{"kind":{"type":"string","enum":["Secret","ConfigMap"],"description":"What holds the values."},"name":{"type":"string","minLength":1,"maxLength":253,"pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","description":"The object's name, in the release's namespace."},"valuesKey":{"type":"string","minLength":1,"maxLength":253,"pattern":"^[-._a-zA-Z0-9]+$","description":"The key in its data. Default: values.yaml."},"targetPath":{"type":"string","minLength":1,"maxLength":250,"description":"Where the key's content goes as one string, as in db.password or list[0].name. Without it the content is YAML values of its own."},"optional":{"type":"boolean","description":"True: no values where the object or its key is absent. Default false: the release waits for it."}}},"description":"Values from Secrets and ConfigMaps of the cluster, above valuesFiles and below values, the last one strongest."},"releaseName":{"$ref":"#/$defs/dnsName","description":"The release's name in Helm. Default: metadata.name."},"createNamespace":{"type":"boolean","description":"Create the namespace if it is absent and no release of the plan brings it. One that exists is never touched. Default true."},"timeout":{"$ref":"#/$defs/duration","description":"How long one attempt may take, from the start of helm until everything is ready, hooks included, queueing not. Default 5m."},"failFast":{"$ref":"#/$defs/failFast"},"onFailure":{"type":"string","enum":["rollback","keep","uninstall"],"description":"What happens when an attempt fails. rollback (default): an upgrade goes back to the last verified revision, a failed first install is kept and tried again. keep: nothing is undone. uninstall: as rollback, but a failed first install is uninstalled. A failed upgrade is never uninstalled."},"retries":{"type":"integer","minimum":0,"maximum":20,"description":"Further attempts of an upgrade before onFailure. Transient causes, as an unreachable cluster, do not count. Default 0."},"waitWith":{"type":"string","enum":["auto","headway","helm"],"description":"Who decides that a release is ready. auto (default): Headway, and Helm's own wait too where the chart has post-install or post-upgrade hooks. headway: Headway alone. helm: Helm's wait too, always."},"health":{"type":"array","items":{"type":"object","title":"HealthRule","additionalProperties":false,"required":["apiVersion","kind"],"description":"When objects of one kind are ready or failed.","properties":{"apiVersion":{"type":"string","minLength":1,"description":"The objects' apiVersion, as in cert-manager.io/v1."},"kind":{"type":"string","minLength":1,"description":"The objects' kind."},"ready":{"type":"string","minLength":1,"maxLength":4096,"description":"A CEL expression over the object's fields (metadata, spec, status, …; self is the whole object): true where it is ready."},"failed":{"type":"string","minLength":1,"maxLength":4096,"description":"A CEL expression that is true where the object has failed and will not heal."}},"minProperties":3},"description":"Health of custom resources beyond the built-in rules."},"stableFor":{"$ref":"#/$defs/duration","description":"How long the release must stay healthy without a break before it counts as healthy. Default 0s."},"test":{"type":"boolean","description":"True: `helm test` is part of readiness; a failed test is a failed health check. Default false."},"crds":{"type":"string","enum":["skip","create","upgrade"],"description":"What happens to the chart's crds/ folder before helm runs. create (default): those that are absent are created. upgrade: those that exist are updated too. skip: nothing."},"fieldConflicts":{"type":"string","enum":["take","fail"],"description":"What happens where somebody else (kubectl scale, an autoscaler) owns a field that the chart sets. take (default): the declaration wins, and each field is named with its manager. fail: the release fails with the same words."},"driftDetection":{"$ref":"#/$defs/driftDetection"},"maxHistory":{"type":"integer","minimum":2,"maximum":1000,"description":"Revisions that Helm keeps; a rollback needs at least two. Default 10."},"provides":{"type":"array","items":{"type":"string","minLength":1,"maxLength":400,"description":"KIND/NAME (same namespace) or KIND/NAMESPACE/NAME; * in the name stands for any text."},"description":"Objects that exist once the release is ready though its manifest does not have them, because an operator or a person makes them: Secret/orders-db, Service/orders-db-rw, CustomResourceDefinition/topics.example.com. Foresight believes it."},"foresight":{"type":"object","title":"ReleaseForesight","additionalProperties":false,"description":"What foresight is not to speak of.","properties":{"ignore":{"type":"array","items":{"type":"object","title":"ForesightIgnore","additionalProperties":false,"required":["what","reason"],"description":"One thing that is missed for a reason.","properties":{"what":{"type":"string","minLength":1,"maxLength":400,"description":"The needed object, as in Secret/orders-db or Service/data/postgres, the release that need not be waited for, as in data/postgres, or the value, as in Values/db.password."},"reason":{"type":"string","minLength":1,"maxLength":1000,"description":"Why it is no mistake, for those who read the declaration."}}},"description":"Findings that are left out."}}},"protect":{"type":"boolean","description":"Neither pruned nor destroyed without --include-protected, and neither is what it depends on. Default false."},"serviceAccountName":{"type":"string","pattern":"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$","description":"The ServiceAccount of the release's own namespace as which everything is done for it, helm's hooks and lookups included. By default whoever runs Headway, or the StackSync's account."},"suspend":{"type":"boolean","description":"Leave the release alone. Releases that depend on it count it as ready while it is healthy. Default false."}}}},"$defs":{"dnsName":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","maxLength":53,"description":"A DNS name: lower-case letters, digits, - and ., at most 53 characters (Helm's limit for a release)."},"namespace":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63,"description":"A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters."},"duration":{"type":"string","pattern":"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$","description":"A Go duration, as in 90s, 5m, 1h30m or 500ms; at most 24h."},"driftDetection":{"type":"object","additionalProperties":false,"title":"DriftDetection","description":"What becomes of objects that are no longer as helm applied them.","properties":{"mode":{"type":"string","enum":["enabled","warn","disabled"],"description":"enabled: apply corrects drift, unless --drift says otherwise. warn: it is shown and never corrected. disabled: nobody looks. Default: what --drift says, and without it a warning."},"ignore":{"type":"array","items":{"type":"object","title":"DriftIgnoreRule","additionalProperties":false,"required":["paths"],"description":"Fields that are no drift.","properties":{"paths":{"type":"array","minItems":1,"items":{"type":"string","pattern":"^(?:/(?:[^~/]|~[01])*)*$","description":"A JSON pointer into the object as the manifest has it, as in /spec/replicas; what is below it is left out, too. An empty one is the whole object."},"description":"Fields, as JSON pointers."},"target":{"type":"object","title":"DriftTarget","additionalProperties":false,"description":"The objects that the rule is about; all of the release where it is left out.","properties":{"group":{"type":"string","description":"The API group, as in apps; empty for that of v1."},"version":{"type":"string","minLength":1,"description":"The API version, as in v1."},"kind":{"type":"string","pattern":"^[A-Za-z][A-Za-z0-9]*$","description":"The kind, as in Deployment."},"name":{"type":"string","pattern":"^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$","description":"The object's name."},"namespace":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","description":"The object's namespace."},"labelSelector":{"type":"string","minLength":1,"description":"Labels of the object in the manifest, as for kubectl -l."}}}}},"description":"Fields that somebody else is meant to change."}}},"failFast":{"type":"object","additionalProperties":false,"title":"FailFast","description":"How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.","properties":{"imagePull":{"$ref":"#/$defs/duration","description":"How long an image may fail to be pulled. Default 60s."},"config":{"$ref":"#/$defs/duration","description":"How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s."},"crashLoop":{"type":"object","additionalProperties":false,"description":"How much a container may crash.","properties":{"restarts":{"type":"integer","minimum":1,"maximum":1000,"description":"Restarts that are tolerated. Default 3."},"for":{"$ref":"#/$defs/duration","description":"How long a container may be in CrashLoopBackOff after that many restarts. Default 60s."}}}}}}};
const schema12 = {"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","maxLength":53,"description":"A DNS name: lower-case letters, digits, - and ., at most 53 characters (Helm's limit for a release)."};
const schema13 = {"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63,"description":"A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters."};
const schema17 = {"type":"string","pattern":"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$","description":"A Go duration, as in 90s, 5m, 1h30m or 500ms; at most 24h."};
const schema23 = {"type":"object","additionalProperties":false,"title":"DriftDetection","description":"What becomes of objects that are no longer as helm applied them.","properties":{"mode":{"type":"string","enum":["enabled","warn","disabled"],"description":"enabled: apply corrects drift, unless --drift says otherwise. warn: it is shown and never corrected. disabled: nobody looks. Default: what --drift says, and without it a warning."},"ignore":{"type":"array","items":{"type":"object","title":"DriftIgnoreRule","additionalProperties":false,"required":["paths"],"description":"Fields that are no drift.","properties":{"paths":{"type":"array","minItems":1,"items":{"type":"string","pattern":"^(?:/(?:[^~/]|~[01])*)*$","description":"A JSON pointer into the object as the manifest has it, as in /spec/replicas; what is below it is left out, too. An empty one is the whole object."},"description":"Fields, as JSON pointers."},"target":{"type":"object","title":"DriftTarget","additionalProperties":false,"description":"The objects that the rule is about; all of the release where it is left out.","properties":{"group":{"type":"string","description":"The API group, as in apps; empty for that of v1."},"version":{"type":"string","minLength":1,"description":"The API version, as in v1."},"kind":{"type":"string","pattern":"^[A-Za-z][A-Za-z0-9]*$","description":"The kind, as in Deployment."},"name":{"type":"string","pattern":"^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$","description":"The object's name."},"namespace":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","description":"The object's namespace."},"labelSelector":{"type":"string","minLength":1,"description":"Labels of the object in the manifest, as for kubectl -l."}}}}},"description":"Fields that somebody else is meant to change."}}};
const pattern0 = new RegExp("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$", "u");
const pattern1 = new RegExp("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$", "u");
const pattern5 = new RegExp("^[-._a-zA-Z0-9]+$", "u");
const pattern7 = new RegExp("^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$", "u");
const pattern12 = new RegExp("^(?:/(?:[^~/]|~[01])*)*$", "u");
const pattern13 = new RegExp("^[A-Za-z][A-Za-z0-9]*$", "u");
const pattern14 = new RegExp("^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$", "u");
const pattern16 = new RegExp("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", "u");
const func2 = Object.prototype.hasOwnProperty;
const schema18 = {"type":"object","additionalProperties":false,"title":"FailFast","description":"How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.","properties":{"imagePull":{"$ref":"#/$defs/duration","description":"How long an image may fail to be pulled. Default 60s."},"config":{"$ref":"#/$defs/duration","description":"How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s."},"crashLoop":{"type":"object","additionalProperties":false,"description":"How much a container may crash.","properties":{"restarts":{"type":"integer","minimum":1,"maximum":1000,"description":"Restarts that are tolerated. Default 3."},"for":{"$ref":"#/$defs/duration","description":"How long a container may be in CrashLoopBackOff after that many restarts. Default 60s."}}}}};

function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "imagePull") || (key0 === "config")) || (key0 === "crashLoop"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema18,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.imagePull !== undefined){
let data0 = data.imagePull;
if(typeof data0 === "string"){
if(!pattern7.test(data0)){
const err1 = {instancePath:instancePath+"/imagePull",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema17,data:data0};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/imagePull",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema17.type,parentSchema:schema17,data:data0};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.config !== undefined){
let data1 = data.config;
if(typeof data1 === "string"){
if(!pattern7.test(data1)){
const err3 = {instancePath:instancePath+"/config",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema17,data:data1};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/config",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema17.type,parentSchema:schema17,data:data1};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.crashLoop !== undefined){
let data2 = data.crashLoop;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
if(!((key1 === "restarts") || (key1 === "for"))){
const err5 = {instancePath:instancePath+"/crashLoop",schemaPath:"#/properties/crashLoop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema18.properties.crashLoop,data:data2};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data2.restarts !== undefined){
let data3 = data2.restarts;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err6 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema18.properties.crashLoop.properties.restarts.type,parentSchema:schema18.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000 || isNaN(data3)){
const err7 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema18.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err8 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema18.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
if(data2.for !== undefined){
let data4 = data2.for;
if(typeof data4 === "string"){
if(!pattern7.test(data4)){
const err9 = {instancePath:instancePath+"/crashLoop/for",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema17,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/crashLoop/for",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema17.type,parentSchema:schema17,data:data4};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
else {
const err11 = {instancePath:instancePath+"/crashLoop",schemaPath:"#/properties/crashLoop/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema18.properties.crashLoop.type,parentSchema:schema18.properties.crashLoop,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema18.type,parentSchema:schema18,data};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
validate11.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="https://headway.dev/schemas/v1/helmrelease.schema.json" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.metadata === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},message:"must have required property '"+"metadata"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.spec === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"},message:"must have required property '"+"spec"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.apiVersion !== undefined){
let data0 = data.apiVersion;
if(typeof data0 !== "string"){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.apiVersion.type,parentSchema:schema11.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if("headway.dev/v1" !== data0){
const err6 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "headway.dev/v1"},message:"must be equal to constant",schema:"headway.dev/v1",parentSchema:schema11.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.kind !== undefined){
let data1 = data.kind;
if(typeof data1 !== "string"){
const err7 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.kind.type,parentSchema:schema11.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if("HelmRelease" !== data1){
const err8 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "HelmRelease"},message:"must be equal to constant",schema:"HelmRelease",parentSchema:schema11.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.metadata !== undefined){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.name === undefined){
const err9 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema11.properties.metadata.required,parentSchema:schema11.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
for(const key1 in data2){
if(!((((key1 === "name") || (key1 === "namespace")) || (key1 === "labels")) || (key1 === "annotations"))){
const err10 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.name !== undefined){
let data3 = data2.name;
if(typeof data3 === "string"){
if(data3.length > 53){
const err11 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/maxLength",keyword:"maxLength",params:{limit: 53},message:"must NOT have more than 53 characters",schema:53,parentSchema:schema12,data:data3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(!pattern0.test(data3)){
const err12 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$",parentSchema:schema12,data:data3};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema12.type,parentSchema:schema12,data:data3};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.namespace !== undefined){
let data4 = data2.namespace;
if(typeof data4 === "string"){
if(data4.length > 63){
const err14 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/$defs/namespace/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",schema:63,parentSchema:schema13,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(!pattern1.test(data4)){
const err15 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/$defs/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",parentSchema:schema13,data:data4};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/$defs/namespace/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema13.type,parentSchema:schema13,data:data4};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data2.labels !== undefined){
let data5 = data2.labels;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key2 in data5){
let data6 = data5[key2];
if(typeof data6 !== "string"){
const err17 = {instancePath:instancePath+"/metadata/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema11.properties.metadata.properties.labels.additionalProperties,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.metadata.properties.labels.type,parentSchema:schema11.properties.metadata.properties.labels,data:data5};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data2.annotations !== undefined){
let data7 = data2.annotations;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key3 in data7){
let data8 = data7[key3];
if(typeof data8 !== "string"){
const err19 = {instancePath:instancePath+"/metadata/annotations/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema11.properties.metadata.properties.annotations.additionalProperties,data:data8};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.metadata.properties.annotations.type,parentSchema:schema11.properties.metadata.properties.annotations,data:data7};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.metadata.type,parentSchema:schema11.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.spec !== undefined){
let data9 = data.spec;
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.chart === undefined){
const err22 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "chart"},message:"must have required property '"+"chart"+"'",schema:schema11.properties.spec.required,parentSchema:schema11.properties.spec,data:data9};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
for(const key4 in data9){
if(!(func2.call(schema11.properties.spec.properties, key4))){
const err23 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.spec,data:data9};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data9.chart !== undefined){
let data10 = data9.chart;
if(typeof data10 === "string"){
if(data10.length < 1){
const err24 = {instancePath:instancePath+"/spec/chart",schemaPath:"#/properties/spec/properties/chart/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.chart,data:data10};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/spec/chart",schemaPath:"#/properties/spec/properties/chart/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.chart.type,parentSchema:schema11.properties.spec.properties.chart,data:data10};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data9.version !== undefined){
let data11 = data9.version;
if(typeof data11 === "string"){
if(data11.length < 1){
const err26 = {instancePath:instancePath+"/spec/version",schemaPath:"#/properties/spec/properties/version/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.version,data:data11};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/spec/version",schemaPath:"#/properties/spec/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.version.type,parentSchema:schema11.properties.spec.properties.version,data:data11};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data9.dependsOn !== undefined){
let data12 = data9.dependsOn;
if(Array.isArray(data12)){
const len0 = data12.length;
for(let i0=0; i0<len0; i0++){
let data13 = data12[i0];
if((typeof data13 !== "string") && (!(data13 && typeof data13 == "object" && !Array.isArray(data13)))){
const err28 = {instancePath:instancePath+"/spec/dependsOn/" + i0,schemaPath:"#/properties/spec/properties/dependsOn/items/type",keyword:"type",params:{type: schema11.properties.spec.properties.dependsOn.items.type},message:"must be string,object",schema:schema11.properties.spec.properties.dependsOn.items.type,parentSchema:schema11.properties.spec.properties.dependsOn.items,data:data13};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
if(data13.name === undefined){
const err29 = {instancePath:instancePath+"/spec/dependsOn/" + i0,schemaPath:"#/properties/spec/properties/dependsOn/items/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema11.properties.spec.properties.dependsOn.items.required,parentSchema:schema11.properties.spec.properties.dependsOn.items,data:data13};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
for(const key5 in data13){
if(!(((key5 === "name") || (key5 === "namespace")) || (key5 === "readyExpr"))){
const err30 = {instancePath:instancePath+"/spec/dependsOn/" + i0,schemaPath:"#/properties/spec/properties/dependsOn/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.spec.properties.dependsOn.items,data:data13};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data13.name !== undefined){
let data14 = data13.name;
if(typeof data14 === "string"){
if(data14.length > 53){
const err31 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/name",schemaPath:"#/$defs/dnsName/maxLength",keyword:"maxLength",params:{limit: 53},message:"must NOT have more than 53 characters",schema:53,parentSchema:schema12,data:data14};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(!pattern0.test(data14)){
const err32 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/name",schemaPath:"#/$defs/dnsName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$",parentSchema:schema12,data:data14};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/name",schemaPath:"#/$defs/dnsName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema12.type,parentSchema:schema12,data:data14};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data13.namespace !== undefined){
let data15 = data13.namespace;
if(typeof data15 === "string"){
if(data15.length > 63){
const err34 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/namespace",schemaPath:"#/$defs/namespace/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",schema:63,parentSchema:schema13,data:data15};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(!pattern1.test(data15)){
const err35 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/namespace",schemaPath:"#/$defs/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",parentSchema:schema13,data:data15};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/namespace",schemaPath:"#/$defs/namespace/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema13.type,parentSchema:schema13,data:data15};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data13.readyExpr !== undefined){
let data16 = data13.readyExpr;
if(typeof data16 === "string"){
if(data16.length > 4096){
const err37 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/readyExpr",schemaPath:"#/properties/spec/properties/dependsOn/items/properties/readyExpr/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema11.properties.spec.properties.dependsOn.items.properties.readyExpr,data:data16};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(data16.length < 1){
const err38 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/readyExpr",schemaPath:"#/properties/spec/properties/dependsOn/items/properties/readyExpr/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.dependsOn.items.properties.readyExpr,data:data16};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/spec/dependsOn/" + i0+"/readyExpr",schemaPath:"#/properties/spec/properties/dependsOn/items/properties/readyExpr/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.dependsOn.items.properties.readyExpr.type,parentSchema:schema11.properties.spec.properties.dependsOn.items.properties.readyExpr,data:data16};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
}
}
}
else {
const err40 = {instancePath:instancePath+"/spec/dependsOn",schemaPath:"#/properties/spec/properties/dependsOn/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.spec.properties.dependsOn.type,parentSchema:schema11.properties.spec.properties.dependsOn,data:data12};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data9.phase !== undefined){
let data17 = data9.phase;
if(typeof data17 !== "string"){
const err41 = {instancePath:instancePath+"/spec/phase",schemaPath:"#/properties/spec/properties/phase/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.phase.type,parentSchema:schema11.properties.spec.properties.phase,data:data17};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data9.values !== undefined){
let data18 = data9.values;
if((!(data18 && typeof data18 == "object" && !Array.isArray(data18))) && (data18 !== null)){
const err42 = {instancePath:instancePath+"/spec/values",schemaPath:"#/properties/spec/properties/values/type",keyword:"type",params:{type: schema11.properties.spec.properties.values.type},message:"must be object,null",schema:schema11.properties.spec.properties.values.type,parentSchema:schema11.properties.spec.properties.values,data:data18};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data9.valuesFiles !== undefined){
let data19 = data9.valuesFiles;
if(Array.isArray(data19)){
const len1 = data19.length;
for(let i1=0; i1<len1; i1++){
let data20 = data19[i1];
if(typeof data20 === "string"){
if(data20.length < 1){
const err43 = {instancePath:instancePath+"/spec/valuesFiles/" + i1,schemaPath:"#/properties/spec/properties/valuesFiles/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.valuesFiles.items,data:data20};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
else {
const err44 = {instancePath:instancePath+"/spec/valuesFiles/" + i1,schemaPath:"#/properties/spec/properties/valuesFiles/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.valuesFiles.items.type,parentSchema:schema11.properties.spec.properties.valuesFiles.items,data:data20};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
else {
const err45 = {instancePath:instancePath+"/spec/valuesFiles",schemaPath:"#/properties/spec/properties/valuesFiles/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.spec.properties.valuesFiles.type,parentSchema:schema11.properties.spec.properties.valuesFiles,data:data19};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data9.valuesFrom !== undefined){
let data21 = data9.valuesFrom;
if(Array.isArray(data21)){
const len2 = data21.length;
for(let i2=0; i2<len2; i2++){
let data22 = data21[i2];
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if(data22.kind === undefined){
const err46 = {instancePath:instancePath+"/spec/valuesFrom/" + i2,schemaPath:"#/properties/spec/properties/valuesFrom/items/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema11.properties.spec.properties.valuesFrom.items.required,parentSchema:schema11.properties.spec.properties.valuesFrom.items,data:data22};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(data22.name === undefined){
const err47 = {instancePath:instancePath+"/spec/valuesFrom/" + i2,schemaPath:"#/properties/spec/properties/valuesFrom/items/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema11.properties.spec.properties.valuesFrom.items.required,parentSchema:schema11.properties.spec.properties.valuesFrom.items,data:data22};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
for(const key6 in data22){
if(!(((((key6 === "kind") || (key6 === "name")) || (key6 === "valuesKey")) || (key6 === "targetPath")) || (key6 === "optional"))){
const err48 = {instancePath:instancePath+"/spec/valuesFrom/" + i2,schemaPath:"#/properties/spec/properties/valuesFrom/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.spec.properties.valuesFrom.items,data:data22};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data22.kind !== undefined){
let data23 = data22.kind;
if(typeof data23 !== "string"){
const err49 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/kind",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.valuesFrom.items.properties.kind.type,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.kind,data:data23};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(!((data23 === "Secret") || (data23 === "ConfigMap"))){
const err50 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/kind",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/kind/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.valuesFrom.items.properties.kind.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.valuesFrom.items.properties.kind.enum,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.kind,data:data23};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data22.name !== undefined){
let data24 = data22.name;
if(typeof data24 === "string"){
if(data24.length > 253){
const err51 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/name",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters",schema:253,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.name,data:data24};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data24.length < 1){
const err52 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/name",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.name,data:data24};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(!pattern0.test(data24)){
const err53 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/name",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$",parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.name,data:data24};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
else {
const err54 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/name",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.valuesFrom.items.properties.name.type,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.name,data:data24};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data22.valuesKey !== undefined){
let data25 = data22.valuesKey;
if(typeof data25 === "string"){
if(data25.length > 253){
const err55 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/valuesKey",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/valuesKey/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters",schema:253,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.valuesKey,data:data25};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(data25.length < 1){
const err56 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/valuesKey",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/valuesKey/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.valuesKey,data:data25};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(!pattern5.test(data25)){
const err57 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/valuesKey",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/valuesKey/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},message:"must match pattern \""+"^[-._a-zA-Z0-9]+$"+"\"",schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.valuesKey,data:data25};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/valuesKey",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/valuesKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.valuesFrom.items.properties.valuesKey.type,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.valuesKey,data:data25};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data22.targetPath !== undefined){
let data26 = data22.targetPath;
if(typeof data26 === "string"){
if(data26.length > 250){
const err59 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/targetPath",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/targetPath/maxLength",keyword:"maxLength",params:{limit: 250},message:"must NOT have more than 250 characters",schema:250,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.targetPath,data:data26};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data26.length < 1){
const err60 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/targetPath",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/targetPath/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.targetPath,data:data26};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
else {
const err61 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/targetPath",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/targetPath/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.valuesFrom.items.properties.targetPath.type,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.targetPath,data:data26};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data22.optional !== undefined){
let data27 = data22.optional;
if(typeof data27 !== "boolean"){
const err62 = {instancePath:instancePath+"/spec/valuesFrom/" + i2+"/optional",schemaPath:"#/properties/spec/properties/valuesFrom/items/properties/optional/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.spec.properties.valuesFrom.items.properties.optional.type,parentSchema:schema11.properties.spec.properties.valuesFrom.items.properties.optional,data:data27};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
else {
const err63 = {instancePath:instancePath+"/spec/valuesFrom/" + i2,schemaPath:"#/properties/spec/properties/valuesFrom/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.spec.properties.valuesFrom.items.type,parentSchema:schema11.properties.spec.properties.valuesFrom.items,data:data22};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
}
else {
const err64 = {instancePath:instancePath+"/spec/valuesFrom",schemaPath:"#/properties/spec/properties/valuesFrom/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.spec.properties.valuesFrom.type,parentSchema:schema11.properties.spec.properties.valuesFrom,data:data21};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data9.releaseName !== undefined){
let data28 = data9.releaseName;
if(typeof data28 === "string"){
if(data28.length > 53){
const err65 = {instancePath:instancePath+"/spec/releaseName",schemaPath:"#/$defs/dnsName/maxLength",keyword:"maxLength",params:{limit: 53},message:"must NOT have more than 53 characters",schema:53,parentSchema:schema12,data:data28};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if(!pattern0.test(data28)){
const err66 = {instancePath:instancePath+"/spec/releaseName",schemaPath:"#/$defs/dnsName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$",parentSchema:schema12,data:data28};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/spec/releaseName",schemaPath:"#/$defs/dnsName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema12.type,parentSchema:schema12,data:data28};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data9.createNamespace !== undefined){
let data29 = data9.createNamespace;
if(typeof data29 !== "boolean"){
const err68 = {instancePath:instancePath+"/spec/createNamespace",schemaPath:"#/properties/spec/properties/createNamespace/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.spec.properties.createNamespace.type,parentSchema:schema11.properties.spec.properties.createNamespace,data:data29};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data9.timeout !== undefined){
let data30 = data9.timeout;
if(typeof data30 === "string"){
if(!pattern7.test(data30)){
const err69 = {instancePath:instancePath+"/spec/timeout",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema17,data:data30};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
else {
const err70 = {instancePath:instancePath+"/spec/timeout",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema17.type,parentSchema:schema17,data:data30};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data9.failFast !== undefined){
if(!(validate11(data9.failFast, {instancePath:instancePath+"/spec/failFast",parentData:data9,parentDataProperty:"failFast",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
if(data9.onFailure !== undefined){
let data32 = data9.onFailure;
if(typeof data32 !== "string"){
const err71 = {instancePath:instancePath+"/spec/onFailure",schemaPath:"#/properties/spec/properties/onFailure/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.onFailure.type,parentSchema:schema11.properties.spec.properties.onFailure,data:data32};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(!(((data32 === "rollback") || (data32 === "keep")) || (data32 === "uninstall"))){
const err72 = {instancePath:instancePath+"/spec/onFailure",schemaPath:"#/properties/spec/properties/onFailure/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.onFailure.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.onFailure.enum,parentSchema:schema11.properties.spec.properties.onFailure,data:data32};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data9.retries !== undefined){
let data33 = data9.retries;
if(!(((typeof data33 == "number") && (!(data33 % 1) && !isNaN(data33))) && (isFinite(data33)))){
const err73 = {instancePath:instancePath+"/spec/retries",schemaPath:"#/properties/spec/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.spec.properties.retries.type,parentSchema:schema11.properties.spec.properties.retries,data:data33};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if((typeof data33 == "number") && (isFinite(data33))){
if(data33 > 20 || isNaN(data33)){
const err74 = {instancePath:instancePath+"/spec/retries",schemaPath:"#/properties/spec/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 20},message:"must be <= 20",schema:20,parentSchema:schema11.properties.spec.properties.retries,data:data33};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(data33 < 0 || isNaN(data33)){
const err75 = {instancePath:instancePath+"/spec/retries",schemaPath:"#/properties/spec/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema11.properties.spec.properties.retries,data:data33};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
}
if(data9.waitWith !== undefined){
let data34 = data9.waitWith;
if(typeof data34 !== "string"){
const err76 = {instancePath:instancePath+"/spec/waitWith",schemaPath:"#/properties/spec/properties/waitWith/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.waitWith.type,parentSchema:schema11.properties.spec.properties.waitWith,data:data34};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if(!(((data34 === "auto") || (data34 === "headway")) || (data34 === "helm"))){
const err77 = {instancePath:instancePath+"/spec/waitWith",schemaPath:"#/properties/spec/properties/waitWith/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.waitWith.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.waitWith.enum,parentSchema:schema11.properties.spec.properties.waitWith,data:data34};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data9.health !== undefined){
let data35 = data9.health;
if(Array.isArray(data35)){
const len3 = data35.length;
for(let i3=0; i3<len3; i3++){
let data36 = data35[i3];
if(data36 && typeof data36 == "object" && !Array.isArray(data36)){
if(Object.keys(data36).length < 3){
const err78 = {instancePath:instancePath+"/spec/health/" + i3,schemaPath:"#/properties/spec/properties/health/items/minProperties",keyword:"minProperties",params:{limit: 3},message:"must NOT have fewer than 3 properties",schema:3,parentSchema:schema11.properties.spec.properties.health.items,data:data36};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(data36.apiVersion === undefined){
const err79 = {instancePath:instancePath+"/spec/health/" + i3,schemaPath:"#/properties/spec/properties/health/items/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'",schema:schema11.properties.spec.properties.health.items.required,parentSchema:schema11.properties.spec.properties.health.items,data:data36};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(data36.kind === undefined){
const err80 = {instancePath:instancePath+"/spec/health/" + i3,schemaPath:"#/properties/spec/properties/health/items/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema11.properties.spec.properties.health.items.required,parentSchema:schema11.properties.spec.properties.health.items,data:data36};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
for(const key7 in data36){
if(!((((key7 === "apiVersion") || (key7 === "kind")) || (key7 === "ready")) || (key7 === "failed"))){
const err81 = {instancePath:instancePath+"/spec/health/" + i3,schemaPath:"#/properties/spec/properties/health/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.spec.properties.health.items,data:data36};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data36.apiVersion !== undefined){
let data37 = data36.apiVersion;
if(typeof data37 === "string"){
if(data37.length < 1){
const err82 = {instancePath:instancePath+"/spec/health/" + i3+"/apiVersion",schemaPath:"#/properties/spec/properties/health/items/properties/apiVersion/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.health.items.properties.apiVersion,data:data37};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
else {
const err83 = {instancePath:instancePath+"/spec/health/" + i3+"/apiVersion",schemaPath:"#/properties/spec/properties/health/items/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.health.items.properties.apiVersion.type,parentSchema:schema11.properties.spec.properties.health.items.properties.apiVersion,data:data37};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data36.kind !== undefined){
let data38 = data36.kind;
if(typeof data38 === "string"){
if(data38.length < 1){
const err84 = {instancePath:instancePath+"/spec/health/" + i3+"/kind",schemaPath:"#/properties/spec/properties/health/items/properties/kind/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.health.items.properties.kind,data:data38};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
else {
const err85 = {instancePath:instancePath+"/spec/health/" + i3+"/kind",schemaPath:"#/properties/spec/properties/health/items/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.health.items.properties.kind.type,parentSchema:schema11.properties.spec.properties.health.items.properties.kind,data:data38};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data36.ready !== undefined){
let data39 = data36.ready;
if(typeof data39 === "string"){
if(data39.length > 4096){
const err86 = {instancePath:instancePath+"/spec/health/" + i3+"/ready",schemaPath:"#/properties/spec/properties/health/items/properties/ready/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema11.properties.spec.properties.health.items.properties.ready,data:data39};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data39.length < 1){
const err87 = {instancePath:instancePath+"/spec/health/" + i3+"/ready",schemaPath:"#/properties/spec/properties/health/items/properties/ready/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.health.items.properties.ready,data:data39};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
else {
const err88 = {instancePath:instancePath+"/spec/health/" + i3+"/ready",schemaPath:"#/properties/spec/properties/health/items/properties/ready/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.health.items.properties.ready.type,parentSchema:schema11.properties.spec.properties.health.items.properties.ready,data:data39};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
if(data36.failed !== undefined){
let data40 = data36.failed;
if(typeof data40 === "string"){
if(data40.length > 4096){
const err89 = {instancePath:instancePath+"/spec/health/" + i3+"/failed",schemaPath:"#/properties/spec/properties/health/items/properties/failed/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema11.properties.spec.properties.health.items.properties.failed,data:data40};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(data40.length < 1){
const err90 = {instancePath:instancePath+"/spec/health/" + i3+"/failed",schemaPath:"#/properties/spec/properties/health/items/properties/failed/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.health.items.properties.failed,data:data40};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
else {
const err91 = {instancePath:instancePath+"/spec/health/" + i3+"/failed",schemaPath:"#/properties/spec/properties/health/items/properties/failed/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.health.items.properties.failed.type,parentSchema:schema11.properties.spec.properties.health.items.properties.failed,data:data40};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
}
else {
const err92 = {instancePath:instancePath+"/spec/health/" + i3,schemaPath:"#/properties/spec/properties/health/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.spec.properties.health.items.type,parentSchema:schema11.properties.spec.properties.health.items,data:data36};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
}
else {
const err93 = {instancePath:instancePath+"/spec/health",schemaPath:"#/properties/spec/properties/health/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.spec.properties.health.type,parentSchema:schema11.properties.spec.properties.health,data:data35};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
if(data9.stableFor !== undefined){
let data41 = data9.stableFor;
if(typeof data41 === "string"){
if(!pattern7.test(data41)){
const err94 = {instancePath:instancePath+"/spec/stableFor",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema17,data:data41};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
else {
const err95 = {instancePath:instancePath+"/spec/stableFor",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema17.type,parentSchema:schema17,data:data41};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data9.test !== undefined){
let data42 = data9.test;
if(typeof data42 !== "boolean"){
const err96 = {instancePath:instancePath+"/spec/test",schemaPath:"#/properties/spec/properties/test/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.spec.properties.test.type,parentSchema:schema11.properties.spec.properties.test,data:data42};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
if(data9.crds !== undefined){
let data43 = data9.crds;
if(typeof data43 !== "string"){
const err97 = {instancePath:instancePath+"/spec/crds",schemaPath:"#/properties/spec/properties/crds/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.crds.type,parentSchema:schema11.properties.spec.properties.crds,data:data43};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
if(!(((data43 === "skip") || (data43 === "create")) || (data43 === "upgrade"))){
const err98 = {instancePath:instancePath+"/spec/crds",schemaPath:"#/properties/spec/properties/crds/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.crds.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.crds.enum,parentSchema:schema11.properties.spec.properties.crds,data:data43};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
if(data9.fieldConflicts !== undefined){
let data44 = data9.fieldConflicts;
if(typeof data44 !== "string"){
const err99 = {instancePath:instancePath+"/spec/fieldConflicts",schemaPath:"#/properties/spec/properties/fieldConflicts/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.fieldConflicts.type,parentSchema:schema11.properties.spec.properties.fieldConflicts,data:data44};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if(!((data44 === "take") || (data44 === "fail"))){
const err100 = {instancePath:instancePath+"/spec/fieldConflicts",schemaPath:"#/properties/spec/properties/fieldConflicts/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.fieldConflicts.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.fieldConflicts.enum,parentSchema:schema11.properties.spec.properties.fieldConflicts,data:data44};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
if(data9.driftDetection !== undefined){
let data45 = data9.driftDetection;
if(data45 && typeof data45 == "object" && !Array.isArray(data45)){
for(const key8 in data45){
if(!((key8 === "mode") || (key8 === "ignore"))){
const err101 = {instancePath:instancePath+"/spec/driftDetection",schemaPath:"#/$defs/driftDetection/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties",schema:false,parentSchema:schema23,data:data45};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data45.mode !== undefined){
let data46 = data45.mode;
if(typeof data46 !== "string"){
const err102 = {instancePath:instancePath+"/spec/driftDetection/mode",schemaPath:"#/$defs/driftDetection/properties/mode/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.properties.mode.type,parentSchema:schema23.properties.mode,data:data46};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if(!(((data46 === "enabled") || (data46 === "warn")) || (data46 === "disabled"))){
const err103 = {instancePath:instancePath+"/spec/driftDetection/mode",schemaPath:"#/$defs/driftDetection/properties/mode/enum",keyword:"enum",params:{allowedValues: schema23.properties.mode.enum},message:"must be equal to one of the allowed values",schema:schema23.properties.mode.enum,parentSchema:schema23.properties.mode,data:data46};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
if(data45.ignore !== undefined){
let data47 = data45.ignore;
if(Array.isArray(data47)){
const len4 = data47.length;
for(let i4=0; i4<len4; i4++){
let data48 = data47[i4];
if(data48 && typeof data48 == "object" && !Array.isArray(data48)){
if(data48.paths === undefined){
const err104 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4,schemaPath:"#/$defs/driftDetection/properties/ignore/items/required",keyword:"required",params:{missingProperty: "paths"},message:"must have required property '"+"paths"+"'",schema:schema23.properties.ignore.items.required,parentSchema:schema23.properties.ignore.items,data:data48};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
for(const key9 in data48){
if(!((key9 === "paths") || (key9 === "target"))){
const err105 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4,schemaPath:"#/$defs/driftDetection/properties/ignore/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties",schema:false,parentSchema:schema23.properties.ignore.items,data:data48};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data48.paths !== undefined){
let data49 = data48.paths;
if(Array.isArray(data49)){
if(data49.length < 1){
const err106 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/paths",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/paths/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema23.properties.ignore.items.properties.paths,data:data49};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
const len5 = data49.length;
for(let i5=0; i5<len5; i5++){
let data50 = data49[i5];
if(typeof data50 === "string"){
if(!pattern12.test(data50)){
const err107 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/paths/" + i5,schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/paths/items/pattern",keyword:"pattern",params:{pattern: "^(?:/(?:[^~/]|~[01])*)*$"},message:"must match pattern \""+"^(?:/(?:[^~/]|~[01])*)*$"+"\"",schema:"^(?:/(?:[^~/]|~[01])*)*$",parentSchema:schema23.properties.ignore.items.properties.paths.items,data:data50};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
else {
const err108 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/paths/" + i5,schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/paths/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.properties.ignore.items.properties.paths.items.type,parentSchema:schema23.properties.ignore.items.properties.paths.items,data:data50};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
}
else {
const err109 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/paths",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/paths/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema23.properties.ignore.items.properties.paths.type,parentSchema:schema23.properties.ignore.items.properties.paths,data:data49};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
if(data48.target !== undefined){
let data51 = data48.target;
if(data51 && typeof data51 == "object" && !Array.isArray(data51)){
for(const key10 in data51){
if(!((((((key10 === "group") || (key10 === "version")) || (key10 === "kind")) || (key10 === "name")) || (key10 === "namespace")) || (key10 === "labelSelector"))){
const err110 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties",schema:false,parentSchema:schema23.properties.ignore.items.properties.target,data:data51};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
if(data51.group !== undefined){
let data52 = data51.group;
if(typeof data52 !== "string"){
const err111 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/group",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/group/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.properties.ignore.items.properties.target.properties.group.type,parentSchema:schema23.properties.ignore.items.properties.target.properties.group,data:data52};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
if(data51.version !== undefined){
let data53 = data51.version;
if(typeof data53 === "string"){
if(data53.length < 1){
const err112 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/version",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/version/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema23.properties.ignore.items.properties.target.properties.version,data:data53};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
else {
const err113 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/version",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.properties.ignore.items.properties.target.properties.version.type,parentSchema:schema23.properties.ignore.items.properties.target.properties.version,data:data53};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
if(data51.kind !== undefined){
let data54 = data51.kind;
if(typeof data54 === "string"){
if(!pattern13.test(data54)){
const err114 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/kind",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/kind/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z][A-Za-z0-9]*$"},message:"must match pattern \""+"^[A-Za-z][A-Za-z0-9]*$"+"\"",schema:"^[A-Za-z][A-Za-z0-9]*$",parentSchema:schema23.properties.ignore.items.properties.target.properties.kind,data:data54};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
else {
const err115 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/kind",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.properties.ignore.items.properties.target.properties.kind.type,parentSchema:schema23.properties.ignore.items.properties.target.properties.kind,data:data54};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
if(data51.name !== undefined){
let data55 = data51.name;
if(typeof data55 === "string"){
if(!pattern14.test(data55)){
const err116 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/name",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$"},message:"must match pattern \""+"^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$"+"\"",schema:"^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$",parentSchema:schema23.properties.ignore.items.properties.target.properties.name,data:data55};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
else {
const err117 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/name",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.properties.ignore.items.properties.target.properties.name.type,parentSchema:schema23.properties.ignore.items.properties.target.properties.name,data:data55};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
}
if(data51.namespace !== undefined){
let data56 = data51.namespace;
if(typeof data56 === "string"){
if(!pattern1.test(data56)){
const err118 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/namespace",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",parentSchema:schema23.properties.ignore.items.properties.target.properties.namespace,data:data56};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
else {
const err119 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/namespace",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/namespace/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.properties.ignore.items.properties.target.properties.namespace.type,parentSchema:schema23.properties.ignore.items.properties.target.properties.namespace,data:data56};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
if(data51.labelSelector !== undefined){
let data57 = data51.labelSelector;
if(typeof data57 === "string"){
if(data57.length < 1){
const err120 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/labelSelector",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/labelSelector/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema23.properties.ignore.items.properties.target.properties.labelSelector,data:data57};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
else {
const err121 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target/labelSelector",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/labelSelector/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.properties.ignore.items.properties.target.properties.labelSelector.type,parentSchema:schema23.properties.ignore.items.properties.target.properties.labelSelector,data:data57};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
}
else {
const err122 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4+"/target",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema23.properties.ignore.items.properties.target.type,parentSchema:schema23.properties.ignore.items.properties.target,data:data51};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
}
else {
const err123 = {instancePath:instancePath+"/spec/driftDetection/ignore/" + i4,schemaPath:"#/$defs/driftDetection/properties/ignore/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema23.properties.ignore.items.type,parentSchema:schema23.properties.ignore.items,data:data48};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
}
else {
const err124 = {instancePath:instancePath+"/spec/driftDetection/ignore",schemaPath:"#/$defs/driftDetection/properties/ignore/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema23.properties.ignore.type,parentSchema:schema23.properties.ignore,data:data47};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
}
else {
const err125 = {instancePath:instancePath+"/spec/driftDetection",schemaPath:"#/$defs/driftDetection/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema23.type,parentSchema:schema23,data:data45};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
}
if(data9.maxHistory !== undefined){
let data58 = data9.maxHistory;
if(!(((typeof data58 == "number") && (!(data58 % 1) && !isNaN(data58))) && (isFinite(data58)))){
const err126 = {instancePath:instancePath+"/spec/maxHistory",schemaPath:"#/properties/spec/properties/maxHistory/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.spec.properties.maxHistory.type,parentSchema:schema11.properties.spec.properties.maxHistory,data:data58};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
if((typeof data58 == "number") && (isFinite(data58))){
if(data58 > 1000 || isNaN(data58)){
const err127 = {instancePath:instancePath+"/spec/maxHistory",schemaPath:"#/properties/spec/properties/maxHistory/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema11.properties.spec.properties.maxHistory,data:data58};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
if(data58 < 2 || isNaN(data58)){
const err128 = {instancePath:instancePath+"/spec/maxHistory",schemaPath:"#/properties/spec/properties/maxHistory/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2},message:"must be >= 2",schema:2,parentSchema:schema11.properties.spec.properties.maxHistory,data:data58};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
}
if(data9.provides !== undefined){
let data59 = data9.provides;
if(Array.isArray(data59)){
const len6 = data59.length;
for(let i6=0; i6<len6; i6++){
let data60 = data59[i6];
if(typeof data60 === "string"){
if(data60.length > 400){
const err129 = {instancePath:instancePath+"/spec/provides/" + i6,schemaPath:"#/properties/spec/properties/provides/items/maxLength",keyword:"maxLength",params:{limit: 400},message:"must NOT have more than 400 characters",schema:400,parentSchema:schema11.properties.spec.properties.provides.items,data:data60};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
if(data60.length < 1){
const err130 = {instancePath:instancePath+"/spec/provides/" + i6,schemaPath:"#/properties/spec/properties/provides/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.provides.items,data:data60};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
else {
const err131 = {instancePath:instancePath+"/spec/provides/" + i6,schemaPath:"#/properties/spec/properties/provides/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.provides.items.type,parentSchema:schema11.properties.spec.properties.provides.items,data:data60};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
}
}
else {
const err132 = {instancePath:instancePath+"/spec/provides",schemaPath:"#/properties/spec/properties/provides/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.spec.properties.provides.type,parentSchema:schema11.properties.spec.properties.provides,data:data59};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
if(data9.foresight !== undefined){
let data61 = data9.foresight;
if(data61 && typeof data61 == "object" && !Array.isArray(data61)){
for(const key11 in data61){
if(!(key11 === "ignore")){
const err133 = {instancePath:instancePath+"/spec/foresight",schemaPath:"#/properties/spec/properties/foresight/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.spec.properties.foresight,data:data61};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
if(data61.ignore !== undefined){
let data62 = data61.ignore;
if(Array.isArray(data62)){
const len7 = data62.length;
for(let i7=0; i7<len7; i7++){
let data63 = data62[i7];
if(data63 && typeof data63 == "object" && !Array.isArray(data63)){
if(data63.what === undefined){
const err134 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7,schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/required",keyword:"required",params:{missingProperty: "what"},message:"must have required property '"+"what"+"'",schema:schema11.properties.spec.properties.foresight.properties.ignore.items.required,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items,data:data63};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
if(data63.reason === undefined){
const err135 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7,schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/required",keyword:"required",params:{missingProperty: "reason"},message:"must have required property '"+"reason"+"'",schema:schema11.properties.spec.properties.foresight.properties.ignore.items.required,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items,data:data63};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
for(const key12 in data63){
if(!((key12 === "what") || (key12 === "reason"))){
const err136 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7,schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items,data:data63};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
if(data63.what !== undefined){
let data64 = data63.what;
if(typeof data64 === "string"){
if(data64.length > 400){
const err137 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7+"/what",schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/properties/what/maxLength",keyword:"maxLength",params:{limit: 400},message:"must NOT have more than 400 characters",schema:400,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items.properties.what,data:data64};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
if(data64.length < 1){
const err138 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7+"/what",schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/properties/what/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items.properties.what,data:data64};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
else {
const err139 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7+"/what",schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/properties/what/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.foresight.properties.ignore.items.properties.what.type,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items.properties.what,data:data64};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
if(data63.reason !== undefined){
let data65 = data63.reason;
if(typeof data65 === "string"){
if(data65.length > 1000){
const err140 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7+"/reason",schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/properties/reason/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters",schema:1000,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items.properties.reason,data:data65};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
if(data65.length < 1){
const err141 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7+"/reason",schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/properties/reason/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items.properties.reason,data:data65};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
else {
const err142 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7+"/reason",schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/properties/reason/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.foresight.properties.ignore.items.properties.reason.type,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items.properties.reason,data:data65};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
}
else {
const err143 = {instancePath:instancePath+"/spec/foresight/ignore/" + i7,schemaPath:"#/properties/spec/properties/foresight/properties/ignore/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.spec.properties.foresight.properties.ignore.items.type,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore.items,data:data63};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
}
else {
const err144 = {instancePath:instancePath+"/spec/foresight/ignore",schemaPath:"#/properties/spec/properties/foresight/properties/ignore/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.spec.properties.foresight.properties.ignore.type,parentSchema:schema11.properties.spec.properties.foresight.properties.ignore,data:data62};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
}
}
else {
const err145 = {instancePath:instancePath+"/spec/foresight",schemaPath:"#/properties/spec/properties/foresight/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.spec.properties.foresight.type,parentSchema:schema11.properties.spec.properties.foresight,data:data61};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
if(data9.protect !== undefined){
let data66 = data9.protect;
if(typeof data66 !== "boolean"){
const err146 = {instancePath:instancePath+"/spec/protect",schemaPath:"#/properties/spec/properties/protect/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.spec.properties.protect.type,parentSchema:schema11.properties.spec.properties.protect,data:data66};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
if(data9.serviceAccountName !== undefined){
let data67 = data9.serviceAccountName;
if(typeof data67 === "string"){
if(!pattern16.test(data67)){
const err147 = {instancePath:instancePath+"/spec/serviceAccountName",schemaPath:"#/properties/spec/properties/serviceAccountName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.serviceAccountName,data:data67};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
else {
const err148 = {instancePath:instancePath+"/spec/serviceAccountName",schemaPath:"#/properties/spec/properties/serviceAccountName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.serviceAccountName.type,parentSchema:schema11.properties.spec.properties.serviceAccountName,data:data67};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
if(data9.suspend !== undefined){
let data68 = data9.suspend;
if(typeof data68 !== "boolean"){
const err149 = {instancePath:instancePath+"/spec/suspend",schemaPath:"#/properties/spec/properties/suspend/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.spec.properties.suspend.type,parentSchema:schema11.properties.spec.properties.suspend,data:data68};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
}
}
else {
const err150 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.spec.type,parentSchema:schema11.properties.spec,data:data9};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
}
}
else {
const err151 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.type,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

export const validateStack = validate13;
const schema24 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://headway.dev/schemas/v1/stack.schema.json","title":"Stack","description":"A stack of Helm releases: headway.yaml at the root of the folder that declares them.","type":"object","additionalProperties":false,"required":["apiVersion","kind","metadata"],"properties":{"apiVersion":{"const":"headway.dev/v1","type":"string","description":"The version of this format."},"kind":{"const":"Stack","type":"string","description":"What this document declares."},"metadata":{"type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"$ref":"#/$defs/dnsName","description":"The stack's name: the releases it installs are marked as its own by this name."},"labels":{"type":"object","additionalProperties":{"type":"string"},"description":"For your own use; Headway does not read them."},"annotations":{"type":"object","additionalProperties":{"type":"string"},"description":"For your own use; Headway does not read them."}},"description":"Names the stack."},"spec":{"type":"object","additionalProperties":false,"description":"What holds for all releases of the stack.","properties":{"releases":{"type":"array","minItems":1,"items":{"type":"string","minLength":1,"description":"A path with *, ?, ** and {a,b}, relative to this file."},"description":"Which files declare releases, as in releases/**/*.yaml. Default: every YAML file below this one, except charts, values files and hidden folders. With this field, a file that matches and holds something else is an error."},"repositories":{"type":"object","propertyNames":{"pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63},"additionalProperties":{"type":"object","title":"ChartRepository","additionalProperties":false,"required":["url"],"description":"One repository of charts.","properties":{"url":{"type":"string","minLength":1,"description":"A folder (./charts-index) relative to this file and inside the git repository, an https:// chart repository, or an oci:// registry path."},"secretRef":{"type":"string","minLength":1,"maxLength":253,"description":"A Secret in Headway's system namespace with username and password, or .dockerconfigjson, and ca.crt where the server's authority is a private one."}}},"description":"Where charts named ALIAS/NAME come from, by alias."},"values":{"type":["object","null"],"additionalProperties":true,"description":"Values below every release's own."},"phases":{"type":"array","items":{"type":"string","pattern":"^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$","maxLength":63,"description":"A phase's name."},"description":"Names of phases, the first one first. A release of a phase waits for every release of the earlier phases."},"order":{"type":"string","enum":["dependencies","waves"],"description":"dependencies (default): a release starts when its own dependencies are healthy. waves: no release of wave N+1 starts before all of wave N are healthy."},"onFailure":{"type":"string","enum":["continue","stop","rollbackRelated","rollbackStack"],"description":"What the failure of one release means to the others. continue (default): what does not depend on it goes on. stop: nothing starts any more, and what is under way comes to its end. rollbackStack: nothing starts any more, and all that this run has changed goes back to what it was before the run, dependents first; what this run installed is uninstalled, but a failed first install is kept. rollbackRelated: the same for what the failed release depends on, what depends on it, and what depends on any of these; the rest goes on."},"cluster":{"type":"object","additionalProperties":false,"required":["uid"],"description":"The one cluster that this stack is for; commands that read or change another one refuse.","properties":{"uid":{"type":"string","pattern":"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$","description":"The UID of its namespace kube-system: kubectl get namespace kube-system -o jsonpath={.metadata.uid}. A re-created cluster has another one."}}},"prune":{"type":"boolean","description":"Whether apply uninstalls releases that this stack owns and no longer declares, dependents first, once everything declared is ready. Default false: they stay, and every plan names them."},"maxPrune":{"type":"integer","minimum":0,"maximum":1000,"description":"How many releases one run may prune; more of them need --yes-prune, or the run does not begin. Default 3."},"foresight":{"type":"string","enum":["warn","enforce","off"],"description":"What becomes of missing dependencies and mistakes in values that validate and plan find in the charts. warn (default): they are shown. enforce: they are errors. off: nobody looks."},"defaults":{"type":"object","additionalProperties":false,"description":"What holds for each release that does not say otherwise itself.","properties":{"namespace":{"$ref":"#/$defs/namespace"},"createNamespace":{"type":"boolean","description":"Create the namespace if it is absent and no release of the plan brings it. One that exists is never touched. Default true."},"timeout":{"$ref":"#/$defs/duration","description":"How long one attempt may take, from the start of helm until everything is ready, hooks included, queueing not. Default 5m."},"failFast":{"$ref":"#/$defs/failFast"},"onFailure":{"type":"string","enum":["rollback","keep","uninstall"],"description":"What happens when an attempt fails. rollback (default): an upgrade goes back to the last verified revision, a failed first install is kept and tried again. keep: nothing is undone. uninstall: as rollback, but a failed first install is uninstalled. A failed upgrade is never uninstalled."},"retries":{"type":"integer","minimum":0,"maximum":20,"description":"Further attempts of an upgrade before onFailure. Transient causes, as an unreachable cluster, do not count. Default 0."},"waitWith":{"type":"string","enum":["auto","headway","helm"],"description":"Who decides that a release is ready. auto (default): Headway, and Helm's own wait too where the chart has post-install or post-upgrade hooks. headway: Headway alone. helm: Helm's wait too, always."},"crds":{"type":"string","enum":["skip","create","upgrade"],"description":"What happens to the chart's crds/ folder before helm runs. create (default): those that are absent are created. upgrade: those that exist are updated too. skip: nothing."},"fieldConflicts":{"type":"string","enum":["take","fail"],"description":"What happens where somebody else (kubectl scale, an autoscaler) owns a field that the chart sets. take (default): the declaration wins, and each field is named with its manager. fail: the release fails with the same words."},"driftDetection":{"$ref":"#/$defs/driftDetection"},"maxHistory":{"type":"integer","minimum":2,"maximum":1000,"description":"Revisions that Helm keeps; a rollback needs at least two. Default 10."},"stableFor":{"$ref":"#/$defs/duration","description":"How long a release must stay healthy without a break before it counts as healthy. Default 0s."},"serviceAccountName":{"type":"string","pattern":"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$","description":"The ServiceAccount of the release's own namespace as which everything is done for it, helm's hooks and lookups included. By default whoever runs Headway, or the StackSync's account."},"protect":{"type":"boolean","description":"Neither pruned nor destroyed without --include-protected. Default false."}}}}}},"$defs":{"dnsName":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","maxLength":53,"description":"A DNS name: lower-case letters, digits, - and ., at most 53 characters (Helm's limit for a release)."},"namespace":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63,"description":"A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters."},"duration":{"type":"string","pattern":"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$","description":"A Go duration, as in 90s, 5m, 1h30m or 500ms; at most 24h."},"driftDetection":{"type":"object","additionalProperties":false,"title":"DriftDetection","description":"What becomes of objects that are no longer as helm applied them.","properties":{"mode":{"type":"string","enum":["enabled","warn","disabled"],"description":"enabled: apply corrects drift, unless --drift says otherwise. warn: it is shown and never corrected. disabled: nobody looks. Default: what --drift says, and without it a warning."},"ignore":{"type":"array","items":{"type":"object","title":"DriftIgnoreRule","additionalProperties":false,"required":["paths"],"description":"Fields that are no drift.","properties":{"paths":{"type":"array","minItems":1,"items":{"type":"string","pattern":"^(?:/(?:[^~/]|~[01])*)*$","description":"A JSON pointer into the object as the manifest has it, as in /spec/replicas; what is below it is left out, too. An empty one is the whole object."},"description":"Fields, as JSON pointers."},"target":{"type":"object","title":"DriftTarget","additionalProperties":false,"description":"The objects that the rule is about; all of the release where it is left out.","properties":{"group":{"type":"string","description":"The API group, as in apps; empty for that of v1."},"version":{"type":"string","minLength":1,"description":"The API version, as in v1."},"kind":{"type":"string","pattern":"^[A-Za-z][A-Za-z0-9]*$","description":"The kind, as in Deployment."},"name":{"type":"string","pattern":"^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$","description":"The object's name."},"namespace":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","description":"The object's namespace."},"labelSelector":{"type":"string","minLength":1,"description":"Labels of the object in the manifest, as for kubectl -l."}}}}},"description":"Fields that somebody else is meant to change."}}},"failFast":{"type":"object","additionalProperties":false,"title":"FailFast","description":"How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.","properties":{"imagePull":{"$ref":"#/$defs/duration","description":"How long an image may fail to be pulled. Default 60s."},"config":{"$ref":"#/$defs/duration","description":"How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s."},"crashLoop":{"type":"object","additionalProperties":false,"description":"How much a container may crash.","properties":{"restarts":{"type":"integer","minimum":1,"maximum":1000,"description":"Restarts that are tolerated. Default 3."},"for":{"$ref":"#/$defs/duration","description":"How long a container may be in CrashLoopBackOff after that many restarts. Default 60s."}}}}}}};
const schema25 = {"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","maxLength":53,"description":"A DNS name: lower-case letters, digits, - and ., at most 53 characters (Helm's limit for a release)."};
const schema26 = {"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63,"description":"A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters."};
const schema27 = {"type":"string","pattern":"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$","description":"A Go duration, as in 90s, 5m, 1h30m or 500ms; at most 24h."};
const schema32 = {"type":"object","additionalProperties":false,"title":"DriftDetection","description":"What becomes of objects that are no longer as helm applied them.","properties":{"mode":{"type":"string","enum":["enabled","warn","disabled"],"description":"enabled: apply corrects drift, unless --drift says otherwise. warn: it is shown and never corrected. disabled: nobody looks. Default: what --drift says, and without it a warning."},"ignore":{"type":"array","items":{"type":"object","title":"DriftIgnoreRule","additionalProperties":false,"required":["paths"],"description":"Fields that are no drift.","properties":{"paths":{"type":"array","minItems":1,"items":{"type":"string","pattern":"^(?:/(?:[^~/]|~[01])*)*$","description":"A JSON pointer into the object as the manifest has it, as in /spec/replicas; what is below it is left out, too. An empty one is the whole object."},"description":"Fields, as JSON pointers."},"target":{"type":"object","title":"DriftTarget","additionalProperties":false,"description":"The objects that the rule is about; all of the release where it is left out.","properties":{"group":{"type":"string","description":"The API group, as in apps; empty for that of v1."},"version":{"type":"string","minLength":1,"description":"The API version, as in v1."},"kind":{"type":"string","pattern":"^[A-Za-z][A-Za-z0-9]*$","description":"The kind, as in Deployment."},"name":{"type":"string","pattern":"^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$","description":"The object's name."},"namespace":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","description":"The object's namespace."},"labelSelector":{"type":"string","minLength":1,"description":"Labels of the object in the manifest, as for kubectl -l."}}}}},"description":"Fields that somebody else is meant to change."}}};
const pattern19 = new RegExp("^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$", "u");
const pattern20 = new RegExp("^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "u");
const schema28 = {"type":"object","additionalProperties":false,"title":"FailFast","description":"How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.","properties":{"imagePull":{"$ref":"#/$defs/duration","description":"How long an image may fail to be pulled. Default 60s."},"config":{"$ref":"#/$defs/duration","description":"How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s."},"crashLoop":{"type":"object","additionalProperties":false,"description":"How much a container may crash.","properties":{"restarts":{"type":"integer","minimum":1,"maximum":1000,"description":"Restarts that are tolerated. Default 3."},"for":{"$ref":"#/$defs/duration","description":"How long a container may be in CrashLoopBackOff after that many restarts. Default 60s."}}}}};

function validate14(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "imagePull") || (key0 === "config")) || (key0 === "crashLoop"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema28,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.imagePull !== undefined){
let data0 = data.imagePull;
if(typeof data0 === "string"){
if(!pattern7.test(data0)){
const err1 = {instancePath:instancePath+"/imagePull",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema27,data:data0};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/imagePull",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema27.type,parentSchema:schema27,data:data0};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.config !== undefined){
let data1 = data.config;
if(typeof data1 === "string"){
if(!pattern7.test(data1)){
const err3 = {instancePath:instancePath+"/config",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema27,data:data1};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/config",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema27.type,parentSchema:schema27,data:data1};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.crashLoop !== undefined){
let data2 = data.crashLoop;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
if(!((key1 === "restarts") || (key1 === "for"))){
const err5 = {instancePath:instancePath+"/crashLoop",schemaPath:"#/properties/crashLoop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema28.properties.crashLoop,data:data2};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data2.restarts !== undefined){
let data3 = data2.restarts;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err6 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema28.properties.crashLoop.properties.restarts.type,parentSchema:schema28.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000 || isNaN(data3)){
const err7 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema28.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err8 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema28.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
if(data2.for !== undefined){
let data4 = data2.for;
if(typeof data4 === "string"){
if(!pattern7.test(data4)){
const err9 = {instancePath:instancePath+"/crashLoop/for",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema27,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/crashLoop/for",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema27.type,parentSchema:schema27,data:data4};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
else {
const err11 = {instancePath:instancePath+"/crashLoop",schemaPath:"#/properties/crashLoop/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema28.properties.crashLoop.type,parentSchema:schema28.properties.crashLoop,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema28.type,parentSchema:schema28,data};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
validate14.errors = vErrors;
return errors === 0;
}


function validate13(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="https://headway.dev/schemas/v1/stack.schema.json" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'",schema:schema24.required,parentSchema:schema24,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema24.required,parentSchema:schema24,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.metadata === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},message:"must have required property '"+"metadata"+"'",schema:schema24.required,parentSchema:schema24,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema24,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.apiVersion !== undefined){
let data0 = data.apiVersion;
if(typeof data0 !== "string"){
const err4 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.apiVersion.type,parentSchema:schema24.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if("headway.dev/v1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "headway.dev/v1"},message:"must be equal to constant",schema:"headway.dev/v1",parentSchema:schema24.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined){
let data1 = data.kind;
if(typeof data1 !== "string"){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.kind.type,parentSchema:schema24.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if("Stack" !== data1){
const err7 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "Stack"},message:"must be equal to constant",schema:"Stack",parentSchema:schema24.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.metadata !== undefined){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.name === undefined){
const err8 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema24.properties.metadata.required,parentSchema:schema24.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
for(const key1 in data2){
if(!(((key1 === "name") || (key1 === "labels")) || (key1 === "annotations"))){
const err9 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema24.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.name !== undefined){
let data3 = data2.name;
if(typeof data3 === "string"){
if(data3.length > 53){
const err10 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/maxLength",keyword:"maxLength",params:{limit: 53},message:"must NOT have more than 53 characters",schema:53,parentSchema:schema25,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!pattern0.test(data3)){
const err11 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$",parentSchema:schema25,data:data3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema25.type,parentSchema:schema25,data:data3};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.labels !== undefined){
let data4 = data2.labels;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key2 in data4){
let data5 = data4[key2];
if(typeof data5 !== "string"){
const err13 = {instancePath:instancePath+"/metadata/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema24.properties.metadata.properties.labels.additionalProperties,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.metadata.properties.labels.type,parentSchema:schema24.properties.metadata.properties.labels,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data2.annotations !== undefined){
let data6 = data2.annotations;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key3 in data6){
let data7 = data6[key3];
if(typeof data7 !== "string"){
const err15 = {instancePath:instancePath+"/metadata/annotations/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema24.properties.metadata.properties.annotations.additionalProperties,data:data7};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.metadata.properties.annotations.type,parentSchema:schema24.properties.metadata.properties.annotations,data:data6};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
else {
const err17 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.metadata.type,parentSchema:schema24.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.spec !== undefined){
let data8 = data.spec;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key4 in data8){
if(!(func2.call(schema24.properties.spec.properties, key4))){
const err18 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema24.properties.spec,data:data8};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data8.releases !== undefined){
let data9 = data8.releases;
if(Array.isArray(data9)){
if(data9.length < 1){
const err19 = {instancePath:instancePath+"/spec/releases",schemaPath:"#/properties/spec/properties/releases/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema24.properties.spec.properties.releases,data:data9};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
const len0 = data9.length;
for(let i0=0; i0<len0; i0++){
let data10 = data9[i0];
if(typeof data10 === "string"){
if(data10.length < 1){
const err20 = {instancePath:instancePath+"/spec/releases/" + i0,schemaPath:"#/properties/spec/properties/releases/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema24.properties.spec.properties.releases.items,data:data10};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/spec/releases/" + i0,schemaPath:"#/properties/spec/properties/releases/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.releases.items.type,parentSchema:schema24.properties.spec.properties.releases.items,data:data10};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/spec/releases",schemaPath:"#/properties/spec/properties/releases/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema24.properties.spec.properties.releases.type,parentSchema:schema24.properties.spec.properties.releases,data:data9};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data8.repositories !== undefined){
let data11 = data8.repositories;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key5 in data11){
const _errs31 = errors;
if(typeof key5 === "string"){
if(key5.length > 63){
const err23 = {instancePath:instancePath+"/spec/repositories",schemaPath:"#/properties/spec/properties/repositories/propertyNames/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",schema:63,parentSchema:schema24.properties.spec.properties.repositories.propertyNames,data:key5,propertyName:key5};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(!pattern1.test(key5)){
const err24 = {instancePath:instancePath+"/spec/repositories",schemaPath:"#/properties/spec/properties/repositories/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",parentSchema:schema24.properties.spec.properties.repositories.propertyNames,data:key5,propertyName:key5};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
var valid8 = _errs31 === errors;
if(!valid8){
const err25 = {instancePath:instancePath+"/spec/repositories",schemaPath:"#/properties/spec/properties/repositories/propertyNames",keyword:"propertyNames",params:{propertyName: key5},message:"property name must be valid",schema:schema24.properties.spec.properties.repositories.propertyNames,parentSchema:schema24.properties.spec.properties.repositories,data:data11};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
for(const key6 in data11){
let data12 = data11[key6];
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if(data12.url === undefined){
const err26 = {instancePath:instancePath+"/spec/repositories/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/repositories/additionalProperties/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'",schema:schema24.properties.spec.properties.repositories.additionalProperties.required,parentSchema:schema24.properties.spec.properties.repositories.additionalProperties,data:data12};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
for(const key7 in data12){
if(!((key7 === "url") || (key7 === "secretRef"))){
const err27 = {instancePath:instancePath+"/spec/repositories/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/repositories/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties",schema:false,parentSchema:schema24.properties.spec.properties.repositories.additionalProperties,data:data12};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data12.url !== undefined){
let data13 = data12.url;
if(typeof data13 === "string"){
if(data13.length < 1){
const err28 = {instancePath:instancePath+"/spec/repositories/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/url",schemaPath:"#/properties/spec/properties/repositories/additionalProperties/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema24.properties.spec.properties.repositories.additionalProperties.properties.url,data:data13};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/spec/repositories/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/url",schemaPath:"#/properties/spec/properties/repositories/additionalProperties/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.repositories.additionalProperties.properties.url.type,parentSchema:schema24.properties.spec.properties.repositories.additionalProperties.properties.url,data:data13};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data12.secretRef !== undefined){
let data14 = data12.secretRef;
if(typeof data14 === "string"){
if(data14.length > 253){
const err30 = {instancePath:instancePath+"/spec/repositories/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/secretRef",schemaPath:"#/properties/spec/properties/repositories/additionalProperties/properties/secretRef/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters",schema:253,parentSchema:schema24.properties.spec.properties.repositories.additionalProperties.properties.secretRef,data:data14};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data14.length < 1){
const err31 = {instancePath:instancePath+"/spec/repositories/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/secretRef",schemaPath:"#/properties/spec/properties/repositories/additionalProperties/properties/secretRef/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema24.properties.spec.properties.repositories.additionalProperties.properties.secretRef,data:data14};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
else {
const err32 = {instancePath:instancePath+"/spec/repositories/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/secretRef",schemaPath:"#/properties/spec/properties/repositories/additionalProperties/properties/secretRef/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.repositories.additionalProperties.properties.secretRef.type,parentSchema:schema24.properties.spec.properties.repositories.additionalProperties.properties.secretRef,data:data14};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath:instancePath+"/spec/repositories/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/repositories/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.spec.properties.repositories.additionalProperties.type,parentSchema:schema24.properties.spec.properties.repositories.additionalProperties,data:data12};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
else {
const err34 = {instancePath:instancePath+"/spec/repositories",schemaPath:"#/properties/spec/properties/repositories/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.spec.properties.repositories.type,parentSchema:schema24.properties.spec.properties.repositories,data:data11};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data8.values !== undefined){
let data15 = data8.values;
if((!(data15 && typeof data15 == "object" && !Array.isArray(data15))) && (data15 !== null)){
const err35 = {instancePath:instancePath+"/spec/values",schemaPath:"#/properties/spec/properties/values/type",keyword:"type",params:{type: schema24.properties.spec.properties.values.type},message:"must be object,null",schema:schema24.properties.spec.properties.values.type,parentSchema:schema24.properties.spec.properties.values,data:data15};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data8.phases !== undefined){
let data16 = data8.phases;
if(Array.isArray(data16)){
const len1 = data16.length;
for(let i1=0; i1<len1; i1++){
let data17 = data16[i1];
if(typeof data17 === "string"){
if(data17.length > 63){
const err36 = {instancePath:instancePath+"/spec/phases/" + i1,schemaPath:"#/properties/spec/properties/phases/items/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",schema:63,parentSchema:schema24.properties.spec.properties.phases.items,data:data17};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(!pattern19.test(data17)){
const err37 = {instancePath:instancePath+"/spec/phases/" + i1,schemaPath:"#/properties/spec/properties/phases/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$"},message:"must match pattern \""+"^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$"+"\"",schema:"^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$",parentSchema:schema24.properties.spec.properties.phases.items,data:data17};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
else {
const err38 = {instancePath:instancePath+"/spec/phases/" + i1,schemaPath:"#/properties/spec/properties/phases/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.phases.items.type,parentSchema:schema24.properties.spec.properties.phases.items,data:data17};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
}
else {
const err39 = {instancePath:instancePath+"/spec/phases",schemaPath:"#/properties/spec/properties/phases/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema24.properties.spec.properties.phases.type,parentSchema:schema24.properties.spec.properties.phases,data:data16};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data8.order !== undefined){
let data18 = data8.order;
if(typeof data18 !== "string"){
const err40 = {instancePath:instancePath+"/spec/order",schemaPath:"#/properties/spec/properties/order/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.order.type,parentSchema:schema24.properties.spec.properties.order,data:data18};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(!((data18 === "dependencies") || (data18 === "waves"))){
const err41 = {instancePath:instancePath+"/spec/order",schemaPath:"#/properties/spec/properties/order/enum",keyword:"enum",params:{allowedValues: schema24.properties.spec.properties.order.enum},message:"must be equal to one of the allowed values",schema:schema24.properties.spec.properties.order.enum,parentSchema:schema24.properties.spec.properties.order,data:data18};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data8.onFailure !== undefined){
let data19 = data8.onFailure;
if(typeof data19 !== "string"){
const err42 = {instancePath:instancePath+"/spec/onFailure",schemaPath:"#/properties/spec/properties/onFailure/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.onFailure.type,parentSchema:schema24.properties.spec.properties.onFailure,data:data19};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(!((((data19 === "continue") || (data19 === "stop")) || (data19 === "rollbackRelated")) || (data19 === "rollbackStack"))){
const err43 = {instancePath:instancePath+"/spec/onFailure",schemaPath:"#/properties/spec/properties/onFailure/enum",keyword:"enum",params:{allowedValues: schema24.properties.spec.properties.onFailure.enum},message:"must be equal to one of the allowed values",schema:schema24.properties.spec.properties.onFailure.enum,parentSchema:schema24.properties.spec.properties.onFailure,data:data19};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data8.cluster !== undefined){
let data20 = data8.cluster;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
if(data20.uid === undefined){
const err44 = {instancePath:instancePath+"/spec/cluster",schemaPath:"#/properties/spec/properties/cluster/required",keyword:"required",params:{missingProperty: "uid"},message:"must have required property '"+"uid"+"'",schema:schema24.properties.spec.properties.cluster.required,parentSchema:schema24.properties.spec.properties.cluster,data:data20};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
for(const key8 in data20){
if(!(key8 === "uid")){
const err45 = {instancePath:instancePath+"/spec/cluster",schemaPath:"#/properties/spec/properties/cluster/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties",schema:false,parentSchema:schema24.properties.spec.properties.cluster,data:data20};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data20.uid !== undefined){
let data21 = data20.uid;
if(typeof data21 === "string"){
if(!pattern20.test(data21)){
const err46 = {instancePath:instancePath+"/spec/cluster/uid",schemaPath:"#/properties/spec/properties/cluster/properties/uid/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},message:"must match pattern \""+"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"+"\"",schema:"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$",parentSchema:schema24.properties.spec.properties.cluster.properties.uid,data:data21};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
else {
const err47 = {instancePath:instancePath+"/spec/cluster/uid",schemaPath:"#/properties/spec/properties/cluster/properties/uid/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.cluster.properties.uid.type,parentSchema:schema24.properties.spec.properties.cluster.properties.uid,data:data21};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
else {
const err48 = {instancePath:instancePath+"/spec/cluster",schemaPath:"#/properties/spec/properties/cluster/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.spec.properties.cluster.type,parentSchema:schema24.properties.spec.properties.cluster,data:data20};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data8.prune !== undefined){
let data22 = data8.prune;
if(typeof data22 !== "boolean"){
const err49 = {instancePath:instancePath+"/spec/prune",schemaPath:"#/properties/spec/properties/prune/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema24.properties.spec.properties.prune.type,parentSchema:schema24.properties.spec.properties.prune,data:data22};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data8.maxPrune !== undefined){
let data23 = data8.maxPrune;
if(!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))){
const err50 = {instancePath:instancePath+"/spec/maxPrune",schemaPath:"#/properties/spec/properties/maxPrune/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema24.properties.spec.properties.maxPrune.type,parentSchema:schema24.properties.spec.properties.maxPrune,data:data23};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 > 1000 || isNaN(data23)){
const err51 = {instancePath:instancePath+"/spec/maxPrune",schemaPath:"#/properties/spec/properties/maxPrune/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema24.properties.spec.properties.maxPrune,data:data23};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data23 < 0 || isNaN(data23)){
const err52 = {instancePath:instancePath+"/spec/maxPrune",schemaPath:"#/properties/spec/properties/maxPrune/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema24.properties.spec.properties.maxPrune,data:data23};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
if(data8.foresight !== undefined){
let data24 = data8.foresight;
if(typeof data24 !== "string"){
const err53 = {instancePath:instancePath+"/spec/foresight",schemaPath:"#/properties/spec/properties/foresight/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.foresight.type,parentSchema:schema24.properties.spec.properties.foresight,data:data24};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(!(((data24 === "warn") || (data24 === "enforce")) || (data24 === "off"))){
const err54 = {instancePath:instancePath+"/spec/foresight",schemaPath:"#/properties/spec/properties/foresight/enum",keyword:"enum",params:{allowedValues: schema24.properties.spec.properties.foresight.enum},message:"must be equal to one of the allowed values",schema:schema24.properties.spec.properties.foresight.enum,parentSchema:schema24.properties.spec.properties.foresight,data:data24};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data8.defaults !== undefined){
let data25 = data8.defaults;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
for(const key9 in data25){
if(!(func2.call(schema24.properties.spec.properties.defaults.properties, key9))){
const err55 = {instancePath:instancePath+"/spec/defaults",schemaPath:"#/properties/spec/properties/defaults/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties",schema:false,parentSchema:schema24.properties.spec.properties.defaults,data:data25};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data25.namespace !== undefined){
let data26 = data25.namespace;
if(typeof data26 === "string"){
if(data26.length > 63){
const err56 = {instancePath:instancePath+"/spec/defaults/namespace",schemaPath:"#/$defs/namespace/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",schema:63,parentSchema:schema26,data:data26};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(!pattern1.test(data26)){
const err57 = {instancePath:instancePath+"/spec/defaults/namespace",schemaPath:"#/$defs/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",parentSchema:schema26,data:data26};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/spec/defaults/namespace",schemaPath:"#/$defs/namespace/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema26.type,parentSchema:schema26,data:data26};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data25.createNamespace !== undefined){
let data27 = data25.createNamespace;
if(typeof data27 !== "boolean"){
const err59 = {instancePath:instancePath+"/spec/defaults/createNamespace",schemaPath:"#/properties/spec/properties/defaults/properties/createNamespace/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema24.properties.spec.properties.defaults.properties.createNamespace.type,parentSchema:schema24.properties.spec.properties.defaults.properties.createNamespace,data:data27};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data25.timeout !== undefined){
let data28 = data25.timeout;
if(typeof data28 === "string"){
if(!pattern7.test(data28)){
const err60 = {instancePath:instancePath+"/spec/defaults/timeout",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema27,data:data28};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
else {
const err61 = {instancePath:instancePath+"/spec/defaults/timeout",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema27.type,parentSchema:schema27,data:data28};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data25.failFast !== undefined){
if(!(validate14(data25.failFast, {instancePath:instancePath+"/spec/defaults/failFast",parentData:data25,parentDataProperty:"failFast",rootData}))){
vErrors = vErrors === null ? validate14.errors : vErrors.concat(validate14.errors);
errors = vErrors.length;
}
}
if(data25.onFailure !== undefined){
let data30 = data25.onFailure;
if(typeof data30 !== "string"){
const err62 = {instancePath:instancePath+"/spec/defaults/onFailure",schemaPath:"#/properties/spec/properties/defaults/properties/onFailure/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.defaults.properties.onFailure.type,parentSchema:schema24.properties.spec.properties.defaults.properties.onFailure,data:data30};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(!(((data30 === "rollback") || (data30 === "keep")) || (data30 === "uninstall"))){
const err63 = {instancePath:instancePath+"/spec/defaults/onFailure",schemaPath:"#/properties/spec/properties/defaults/properties/onFailure/enum",keyword:"enum",params:{allowedValues: schema24.properties.spec.properties.defaults.properties.onFailure.enum},message:"must be equal to one of the allowed values",schema:schema24.properties.spec.properties.defaults.properties.onFailure.enum,parentSchema:schema24.properties.spec.properties.defaults.properties.onFailure,data:data30};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data25.retries !== undefined){
let data31 = data25.retries;
if(!(((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))) && (isFinite(data31)))){
const err64 = {instancePath:instancePath+"/spec/defaults/retries",schemaPath:"#/properties/spec/properties/defaults/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema24.properties.spec.properties.defaults.properties.retries.type,parentSchema:schema24.properties.spec.properties.defaults.properties.retries,data:data31};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if((typeof data31 == "number") && (isFinite(data31))){
if(data31 > 20 || isNaN(data31)){
const err65 = {instancePath:instancePath+"/spec/defaults/retries",schemaPath:"#/properties/spec/properties/defaults/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 20},message:"must be <= 20",schema:20,parentSchema:schema24.properties.spec.properties.defaults.properties.retries,data:data31};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if(data31 < 0 || isNaN(data31)){
const err66 = {instancePath:instancePath+"/spec/defaults/retries",schemaPath:"#/properties/spec/properties/defaults/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema24.properties.spec.properties.defaults.properties.retries,data:data31};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
}
if(data25.waitWith !== undefined){
let data32 = data25.waitWith;
if(typeof data32 !== "string"){
const err67 = {instancePath:instancePath+"/spec/defaults/waitWith",schemaPath:"#/properties/spec/properties/defaults/properties/waitWith/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.defaults.properties.waitWith.type,parentSchema:schema24.properties.spec.properties.defaults.properties.waitWith,data:data32};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(!(((data32 === "auto") || (data32 === "headway")) || (data32 === "helm"))){
const err68 = {instancePath:instancePath+"/spec/defaults/waitWith",schemaPath:"#/properties/spec/properties/defaults/properties/waitWith/enum",keyword:"enum",params:{allowedValues: schema24.properties.spec.properties.defaults.properties.waitWith.enum},message:"must be equal to one of the allowed values",schema:schema24.properties.spec.properties.defaults.properties.waitWith.enum,parentSchema:schema24.properties.spec.properties.defaults.properties.waitWith,data:data32};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data25.crds !== undefined){
let data33 = data25.crds;
if(typeof data33 !== "string"){
const err69 = {instancePath:instancePath+"/spec/defaults/crds",schemaPath:"#/properties/spec/properties/defaults/properties/crds/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.defaults.properties.crds.type,parentSchema:schema24.properties.spec.properties.defaults.properties.crds,data:data33};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if(!(((data33 === "skip") || (data33 === "create")) || (data33 === "upgrade"))){
const err70 = {instancePath:instancePath+"/spec/defaults/crds",schemaPath:"#/properties/spec/properties/defaults/properties/crds/enum",keyword:"enum",params:{allowedValues: schema24.properties.spec.properties.defaults.properties.crds.enum},message:"must be equal to one of the allowed values",schema:schema24.properties.spec.properties.defaults.properties.crds.enum,parentSchema:schema24.properties.spec.properties.defaults.properties.crds,data:data33};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data25.fieldConflicts !== undefined){
let data34 = data25.fieldConflicts;
if(typeof data34 !== "string"){
const err71 = {instancePath:instancePath+"/spec/defaults/fieldConflicts",schemaPath:"#/properties/spec/properties/defaults/properties/fieldConflicts/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.defaults.properties.fieldConflicts.type,parentSchema:schema24.properties.spec.properties.defaults.properties.fieldConflicts,data:data34};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(!((data34 === "take") || (data34 === "fail"))){
const err72 = {instancePath:instancePath+"/spec/defaults/fieldConflicts",schemaPath:"#/properties/spec/properties/defaults/properties/fieldConflicts/enum",keyword:"enum",params:{allowedValues: schema24.properties.spec.properties.defaults.properties.fieldConflicts.enum},message:"must be equal to one of the allowed values",schema:schema24.properties.spec.properties.defaults.properties.fieldConflicts.enum,parentSchema:schema24.properties.spec.properties.defaults.properties.fieldConflicts,data:data34};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data25.driftDetection !== undefined){
let data35 = data25.driftDetection;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
for(const key10 in data35){
if(!((key10 === "mode") || (key10 === "ignore"))){
const err73 = {instancePath:instancePath+"/spec/defaults/driftDetection",schemaPath:"#/$defs/driftDetection/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties",schema:false,parentSchema:schema32,data:data35};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
if(data35.mode !== undefined){
let data36 = data35.mode;
if(typeof data36 !== "string"){
const err74 = {instancePath:instancePath+"/spec/defaults/driftDetection/mode",schemaPath:"#/$defs/driftDetection/properties/mode/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.mode.type,parentSchema:schema32.properties.mode,data:data36};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(!(((data36 === "enabled") || (data36 === "warn")) || (data36 === "disabled"))){
const err75 = {instancePath:instancePath+"/spec/defaults/driftDetection/mode",schemaPath:"#/$defs/driftDetection/properties/mode/enum",keyword:"enum",params:{allowedValues: schema32.properties.mode.enum},message:"must be equal to one of the allowed values",schema:schema32.properties.mode.enum,parentSchema:schema32.properties.mode,data:data36};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data35.ignore !== undefined){
let data37 = data35.ignore;
if(Array.isArray(data37)){
const len2 = data37.length;
for(let i2=0; i2<len2; i2++){
let data38 = data37[i2];
if(data38 && typeof data38 == "object" && !Array.isArray(data38)){
if(data38.paths === undefined){
const err76 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2,schemaPath:"#/$defs/driftDetection/properties/ignore/items/required",keyword:"required",params:{missingProperty: "paths"},message:"must have required property '"+"paths"+"'",schema:schema32.properties.ignore.items.required,parentSchema:schema32.properties.ignore.items,data:data38};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
for(const key11 in data38){
if(!((key11 === "paths") || (key11 === "target"))){
const err77 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2,schemaPath:"#/$defs/driftDetection/properties/ignore/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties",schema:false,parentSchema:schema32.properties.ignore.items,data:data38};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data38.paths !== undefined){
let data39 = data38.paths;
if(Array.isArray(data39)){
if(data39.length < 1){
const err78 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/paths",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/paths/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema32.properties.ignore.items.properties.paths,data:data39};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
const len3 = data39.length;
for(let i3=0; i3<len3; i3++){
let data40 = data39[i3];
if(typeof data40 === "string"){
if(!pattern12.test(data40)){
const err79 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/paths/" + i3,schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/paths/items/pattern",keyword:"pattern",params:{pattern: "^(?:/(?:[^~/]|~[01])*)*$"},message:"must match pattern \""+"^(?:/(?:[^~/]|~[01])*)*$"+"\"",schema:"^(?:/(?:[^~/]|~[01])*)*$",parentSchema:schema32.properties.ignore.items.properties.paths.items,data:data40};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
else {
const err80 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/paths/" + i3,schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/paths/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.ignore.items.properties.paths.items.type,parentSchema:schema32.properties.ignore.items.properties.paths.items,data:data40};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
else {
const err81 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/paths",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/paths/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema32.properties.ignore.items.properties.paths.type,parentSchema:schema32.properties.ignore.items.properties.paths,data:data39};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data38.target !== undefined){
let data41 = data38.target;
if(data41 && typeof data41 == "object" && !Array.isArray(data41)){
for(const key12 in data41){
if(!((((((key12 === "group") || (key12 === "version")) || (key12 === "kind")) || (key12 === "name")) || (key12 === "namespace")) || (key12 === "labelSelector"))){
const err82 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},message:"must NOT have additional properties",schema:false,parentSchema:schema32.properties.ignore.items.properties.target,data:data41};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data41.group !== undefined){
let data42 = data41.group;
if(typeof data42 !== "string"){
const err83 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/group",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/group/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.ignore.items.properties.target.properties.group.type,parentSchema:schema32.properties.ignore.items.properties.target.properties.group,data:data42};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data41.version !== undefined){
let data43 = data41.version;
if(typeof data43 === "string"){
if(data43.length < 1){
const err84 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/version",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/version/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.ignore.items.properties.target.properties.version,data:data43};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
else {
const err85 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/version",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.ignore.items.properties.target.properties.version.type,parentSchema:schema32.properties.ignore.items.properties.target.properties.version,data:data43};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data41.kind !== undefined){
let data44 = data41.kind;
if(typeof data44 === "string"){
if(!pattern13.test(data44)){
const err86 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/kind",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/kind/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z][A-Za-z0-9]*$"},message:"must match pattern \""+"^[A-Za-z][A-Za-z0-9]*$"+"\"",schema:"^[A-Za-z][A-Za-z0-9]*$",parentSchema:schema32.properties.ignore.items.properties.target.properties.kind,data:data44};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
else {
const err87 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/kind",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.ignore.items.properties.target.properties.kind.type,parentSchema:schema32.properties.ignore.items.properties.target.properties.kind,data:data44};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data41.name !== undefined){
let data45 = data41.name;
if(typeof data45 === "string"){
if(!pattern14.test(data45)){
const err88 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/name",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$"},message:"must match pattern \""+"^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$"+"\"",schema:"^[A-Za-z0-9](?:[-.:A-Za-z0-9]*[A-Za-z0-9])?$",parentSchema:schema32.properties.ignore.items.properties.target.properties.name,data:data45};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
else {
const err89 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/name",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.ignore.items.properties.target.properties.name.type,parentSchema:schema32.properties.ignore.items.properties.target.properties.name,data:data45};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
if(data41.namespace !== undefined){
let data46 = data41.namespace;
if(typeof data46 === "string"){
if(!pattern1.test(data46)){
const err90 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/namespace",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",parentSchema:schema32.properties.ignore.items.properties.target.properties.namespace,data:data46};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
else {
const err91 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/namespace",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/namespace/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.ignore.items.properties.target.properties.namespace.type,parentSchema:schema32.properties.ignore.items.properties.target.properties.namespace,data:data46};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
if(data41.labelSelector !== undefined){
let data47 = data41.labelSelector;
if(typeof data47 === "string"){
if(data47.length < 1){
const err92 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/labelSelector",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/labelSelector/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.ignore.items.properties.target.properties.labelSelector,data:data47};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
else {
const err93 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target/labelSelector",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/properties/labelSelector/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.ignore.items.properties.target.properties.labelSelector.type,parentSchema:schema32.properties.ignore.items.properties.target.properties.labelSelector,data:data47};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
}
else {
const err94 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2+"/target",schemaPath:"#/$defs/driftDetection/properties/ignore/items/properties/target/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema32.properties.ignore.items.properties.target.type,parentSchema:schema32.properties.ignore.items.properties.target,data:data41};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
else {
const err95 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore/" + i2,schemaPath:"#/$defs/driftDetection/properties/ignore/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema32.properties.ignore.items.type,parentSchema:schema32.properties.ignore.items,data:data38};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
}
else {
const err96 = {instancePath:instancePath+"/spec/defaults/driftDetection/ignore",schemaPath:"#/$defs/driftDetection/properties/ignore/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema32.properties.ignore.type,parentSchema:schema32.properties.ignore,data:data37};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
}
else {
const err97 = {instancePath:instancePath+"/spec/defaults/driftDetection",schemaPath:"#/$defs/driftDetection/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema32.type,parentSchema:schema32,data:data35};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
if(data25.maxHistory !== undefined){
let data48 = data25.maxHistory;
if(!(((typeof data48 == "number") && (!(data48 % 1) && !isNaN(data48))) && (isFinite(data48)))){
const err98 = {instancePath:instancePath+"/spec/defaults/maxHistory",schemaPath:"#/properties/spec/properties/defaults/properties/maxHistory/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema24.properties.spec.properties.defaults.properties.maxHistory.type,parentSchema:schema24.properties.spec.properties.defaults.properties.maxHistory,data:data48};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if((typeof data48 == "number") && (isFinite(data48))){
if(data48 > 1000 || isNaN(data48)){
const err99 = {instancePath:instancePath+"/spec/defaults/maxHistory",schemaPath:"#/properties/spec/properties/defaults/properties/maxHistory/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema24.properties.spec.properties.defaults.properties.maxHistory,data:data48};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if(data48 < 2 || isNaN(data48)){
const err100 = {instancePath:instancePath+"/spec/defaults/maxHistory",schemaPath:"#/properties/spec/properties/defaults/properties/maxHistory/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2},message:"must be >= 2",schema:2,parentSchema:schema24.properties.spec.properties.defaults.properties.maxHistory,data:data48};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
}
if(data25.stableFor !== undefined){
let data49 = data25.stableFor;
if(typeof data49 === "string"){
if(!pattern7.test(data49)){
const err101 = {instancePath:instancePath+"/spec/defaults/stableFor",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema27,data:data49};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
else {
const err102 = {instancePath:instancePath+"/spec/defaults/stableFor",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema27.type,parentSchema:schema27,data:data49};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
if(data25.serviceAccountName !== undefined){
let data50 = data25.serviceAccountName;
if(typeof data50 === "string"){
if(!pattern16.test(data50)){
const err103 = {instancePath:instancePath+"/spec/defaults/serviceAccountName",schemaPath:"#/properties/spec/properties/defaults/properties/serviceAccountName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema24.properties.spec.properties.defaults.properties.serviceAccountName,data:data50};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
else {
const err104 = {instancePath:instancePath+"/spec/defaults/serviceAccountName",schemaPath:"#/properties/spec/properties/defaults/properties/serviceAccountName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema24.properties.spec.properties.defaults.properties.serviceAccountName.type,parentSchema:schema24.properties.spec.properties.defaults.properties.serviceAccountName,data:data50};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
if(data25.protect !== undefined){
let data51 = data25.protect;
if(typeof data51 !== "boolean"){
const err105 = {instancePath:instancePath+"/spec/defaults/protect",schemaPath:"#/properties/spec/properties/defaults/properties/protect/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema24.properties.spec.properties.defaults.properties.protect.type,parentSchema:schema24.properties.spec.properties.defaults.properties.protect,data:data51};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
}
else {
const err106 = {instancePath:instancePath+"/spec/defaults",schemaPath:"#/properties/spec/properties/defaults/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.spec.properties.defaults.type,parentSchema:schema24.properties.spec.properties.defaults,data:data25};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
}
else {
const err107 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.spec.type,parentSchema:schema24.properties.spec,data:data8};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
}
else {
const err108 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.type,parentSchema:schema24,data};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
validate13.errors = vErrors;
return errors === 0;
}

export const validateChartIndex = validate16;
const schema34 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://headway.dev/schemas/v1/chart-index.schema.json","title":"ChartIndex","description":"What a repository of charts holds: ALIAS.yaml in the repository's folder, or in charts-index/ beside headway.yaml. Written by `headway index`.","type":"object","additionalProperties":false,"required":["apiVersion","kind","charts"],"properties":{"apiVersion":{"const":"headway.dev/v1","type":"string","description":"The version of this format."},"kind":{"const":"ChartIndex","type":"string","description":"What this document is."},"charts":{"type":"object","description":"Each chart's versions by its name, newest first.","additionalProperties":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/indexedVersion"}}}},"$defs":{"indexedVersion":{"type":"object","title":"IndexedVersion","description":"One version of one chart.","additionalProperties":false,"required":["version","digest","url"],"properties":{"version":{"type":"string","minLength":1,"maxLength":256,"description":"The chart's version."},"appVersion":{"type":"string","description":"The version of what the chart installs."},"digest":{"type":"string","pattern":"^(?:tree-)?sha256:[0-9a-f]{64}$","description":"sha256: over a packaged chart's bytes; tree-sha256: over a chart's folder with its dependencies."},"url":{"type":"string","minLength":1,"description":"https://….tgz, oci://HOST/PATH/NAME, or a path of a chart's folder or archive relative to this file."},"dependencies":{"type":"array","description":"What the chart depends on, as its Chart.yaml says.","items":{"type":"object","title":"IndexedDependency","additionalProperties":false,"required":["name","version","repository"],"properties":{"name":{"type":"string","description":"The dependency's name."},"version":{"type":"string","description":"A range of versions; empty for any."},"repository":{"type":"string","description":"Where it comes from; empty where it is vendored."}}}}}}}};
const schema35 = {"type":"object","title":"IndexedVersion","description":"One version of one chart.","additionalProperties":false,"required":["version","digest","url"],"properties":{"version":{"type":"string","minLength":1,"maxLength":256,"description":"The chart's version."},"appVersion":{"type":"string","description":"The version of what the chart installs."},"digest":{"type":"string","pattern":"^(?:tree-)?sha256:[0-9a-f]{64}$","description":"sha256: over a packaged chart's bytes; tree-sha256: over a chart's folder with its dependencies."},"url":{"type":"string","minLength":1,"description":"https://….tgz, oci://HOST/PATH/NAME, or a path of a chart's folder or archive relative to this file."},"dependencies":{"type":"array","description":"What the chart depends on, as its Chart.yaml says.","items":{"type":"object","title":"IndexedDependency","additionalProperties":false,"required":["name","version","repository"],"properties":{"name":{"type":"string","description":"The dependency's name."},"version":{"type":"string","description":"A range of versions; empty for any."},"repository":{"type":"string","description":"Where it comes from; empty where it is vendored."}}}}}};
const pattern32 = new RegExp("^(?:tree-)?sha256:[0-9a-f]{64}$", "u");

function validate16(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="https://headway.dev/schemas/v1/chart-index.schema.json" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'",schema:schema34.required,parentSchema:schema34,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema34.required,parentSchema:schema34,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.charts === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "charts"},message:"must have required property '"+"charts"+"'",schema:schema34.required,parentSchema:schema34,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!(((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "charts"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema34,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.apiVersion !== undefined){
let data0 = data.apiVersion;
if(typeof data0 !== "string"){
const err4 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema34.properties.apiVersion.type,parentSchema:schema34.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if("headway.dev/v1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "headway.dev/v1"},message:"must be equal to constant",schema:"headway.dev/v1",parentSchema:schema34.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined){
let data1 = data.kind;
if(typeof data1 !== "string"){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema34.properties.kind.type,parentSchema:schema34.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if("ChartIndex" !== data1){
const err7 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "ChartIndex"},message:"must be equal to constant",schema:"ChartIndex",parentSchema:schema34.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.charts !== undefined){
let data2 = data.charts;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
let data3 = data2[key1];
if(Array.isArray(data3)){
if(data3.length < 1){
const err8 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/charts/additionalProperties/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema34.properties.charts.additionalProperties,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
let data4 = data3[i0];
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.version === undefined){
const err9 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0,schemaPath:"#/$defs/indexedVersion/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'",schema:schema35.required,parentSchema:schema35,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data4.digest === undefined){
const err10 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0,schemaPath:"#/$defs/indexedVersion/required",keyword:"required",params:{missingProperty: "digest"},message:"must have required property '"+"digest"+"'",schema:schema35.required,parentSchema:schema35,data:data4};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data4.url === undefined){
const err11 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0,schemaPath:"#/$defs/indexedVersion/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'",schema:schema35.required,parentSchema:schema35,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
for(const key2 in data4){
if(!(((((key2 === "version") || (key2 === "appVersion")) || (key2 === "digest")) || (key2 === "url")) || (key2 === "dependencies"))){
const err12 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0,schemaPath:"#/$defs/indexedVersion/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties",schema:false,parentSchema:schema35,data:data4};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data4.version !== undefined){
let data5 = data4.version;
if(typeof data5 === "string"){
if(data5.length > 256){
const err13 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/version",schemaPath:"#/$defs/indexedVersion/properties/version/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema35.properties.version,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data5.length < 1){
const err14 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/version",schemaPath:"#/$defs/indexedVersion/properties/version/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema35.properties.version,data:data5};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/version",schemaPath:"#/$defs/indexedVersion/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.properties.version.type,parentSchema:schema35.properties.version,data:data5};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data4.appVersion !== undefined){
let data6 = data4.appVersion;
if(typeof data6 !== "string"){
const err16 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/appVersion",schemaPath:"#/$defs/indexedVersion/properties/appVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.properties.appVersion.type,parentSchema:schema35.properties.appVersion,data:data6};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data4.digest !== undefined){
let data7 = data4.digest;
if(typeof data7 === "string"){
if(!pattern32.test(data7)){
const err17 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/digest",schemaPath:"#/$defs/indexedVersion/properties/digest/pattern",keyword:"pattern",params:{pattern: "^(?:tree-)?sha256:[0-9a-f]{64}$"},message:"must match pattern \""+"^(?:tree-)?sha256:[0-9a-f]{64}$"+"\"",schema:"^(?:tree-)?sha256:[0-9a-f]{64}$",parentSchema:schema35.properties.digest,data:data7};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/digest",schemaPath:"#/$defs/indexedVersion/properties/digest/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.properties.digest.type,parentSchema:schema35.properties.digest,data:data7};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data4.url !== undefined){
let data8 = data4.url;
if(typeof data8 === "string"){
if(data8.length < 1){
const err19 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/url",schemaPath:"#/$defs/indexedVersion/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema35.properties.url,data:data8};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/url",schemaPath:"#/$defs/indexedVersion/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.properties.url.type,parentSchema:schema35.properties.url,data:data8};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data4.dependencies !== undefined){
let data9 = data4.dependencies;
if(Array.isArray(data9)){
const len1 = data9.length;
for(let i1=0; i1<len1; i1++){
let data10 = data9[i1];
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
if(data10.name === undefined){
const err21 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies/" + i1,schemaPath:"#/$defs/indexedVersion/properties/dependencies/items/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema35.properties.dependencies.items.required,parentSchema:schema35.properties.dependencies.items,data:data10};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(data10.version === undefined){
const err22 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies/" + i1,schemaPath:"#/$defs/indexedVersion/properties/dependencies/items/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'",schema:schema35.properties.dependencies.items.required,parentSchema:schema35.properties.dependencies.items,data:data10};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data10.repository === undefined){
const err23 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies/" + i1,schemaPath:"#/$defs/indexedVersion/properties/dependencies/items/required",keyword:"required",params:{missingProperty: "repository"},message:"must have required property '"+"repository"+"'",schema:schema35.properties.dependencies.items.required,parentSchema:schema35.properties.dependencies.items,data:data10};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
for(const key3 in data10){
if(!(((key3 === "name") || (key3 === "version")) || (key3 === "repository"))){
const err24 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies/" + i1,schemaPath:"#/$defs/indexedVersion/properties/dependencies/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties",schema:false,parentSchema:schema35.properties.dependencies.items,data:data10};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data10.name !== undefined){
let data11 = data10.name;
if(typeof data11 !== "string"){
const err25 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies/" + i1+"/name",schemaPath:"#/$defs/indexedVersion/properties/dependencies/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.properties.dependencies.items.properties.name.type,parentSchema:schema35.properties.dependencies.items.properties.name,data:data11};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data10.version !== undefined){
let data12 = data10.version;
if(typeof data12 !== "string"){
const err26 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies/" + i1+"/version",schemaPath:"#/$defs/indexedVersion/properties/dependencies/items/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.properties.dependencies.items.properties.version.type,parentSchema:schema35.properties.dependencies.items.properties.version,data:data12};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data10.repository !== undefined){
let data13 = data10.repository;
if(typeof data13 !== "string"){
const err27 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies/" + i1+"/repository",schemaPath:"#/$defs/indexedVersion/properties/dependencies/items/properties/repository/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.properties.dependencies.items.properties.repository.type,parentSchema:schema35.properties.dependencies.items.properties.repository,data:data13};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies/" + i1,schemaPath:"#/$defs/indexedVersion/properties/dependencies/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema35.properties.dependencies.items.type,parentSchema:schema35.properties.dependencies.items,data:data10};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0+"/dependencies",schemaPath:"#/$defs/indexedVersion/properties/dependencies/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema35.properties.dependencies.type,parentSchema:schema35.properties.dependencies,data:data9};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0,schemaPath:"#/$defs/indexedVersion/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema35.type,parentSchema:schema35,data:data4};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/charts/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/charts/additionalProperties/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema34.properties.charts.additionalProperties.type,parentSchema:schema34.properties.charts.additionalProperties,data:data3};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/charts",schemaPath:"#/properties/charts/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema34.properties.charts.type,parentSchema:schema34.properties.charts,data:data2};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema34.type,parentSchema:schema34,data};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
validate16.errors = vErrors;
return errors === 0;
}

export const validateLock = validate17;
const schema36 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://headway.dev/schemas/v1/lock.schema.json","title":"Lock","description":"headway.lock beside headway.yaml: the exact chart of every release. Written by `headway lock`.","type":"object","additionalProperties":false,"required":["apiVersion","kind","releases"],"properties":{"apiVersion":{"const":"headway.dev/v1","type":"string","description":"The version of this format."},"kind":{"const":"Lock","type":"string","description":"What this document is."},"releases":{"type":"object","description":"What each release uses, by NAMESPACE/NAME.","additionalProperties":{"type":"object","title":"LockedRelease","additionalProperties":false,"required":["chart","version","digest"],"properties":{"chart":{"type":"string","minLength":1,"description":"The chart as the release's declaration names it."},"version":{"$ref":"#/$defs/version"},"digest":{"$ref":"#/$defs/digest"},"url":{"$ref":"#/$defs/url"}}}},"dependencies":{"type":"object","description":"What charts in folders use of headway.yaml's repositories, by `ALIAS/NAME RANGE`.","additionalProperties":{"type":"object","title":"LockedDependency","additionalProperties":false,"required":["version","digest"],"properties":{"version":{"$ref":"#/$defs/version"},"digest":{"$ref":"#/$defs/digest"},"url":{"$ref":"#/$defs/url"}}}}},"$defs":{"version":{"type":"string","minLength":1,"maxLength":256,"description":"The chart's exact version."},"digest":{"type":"string","pattern":"^(?:tree-)?sha256:[0-9a-f]{64}$","description":"sha256: over a packaged chart's bytes; tree-sha256: over a chart's folder with its dependencies."},"url":{"type":"string","minLength":1,"description":"Where a server has it; {version} stands for the version."}}};
const schema37 = {"type":"string","minLength":1,"maxLength":256,"description":"The chart's exact version."};
const schema38 = {"type":"string","pattern":"^(?:tree-)?sha256:[0-9a-f]{64}$","description":"sha256: over a packaged chart's bytes; tree-sha256: over a chart's folder with its dependencies."};
const schema39 = {"type":"string","minLength":1,"description":"Where a server has it; {version} stands for the version."};

function validate17(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="https://headway.dev/schemas/v1/lock.schema.json" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'",schema:schema36.required,parentSchema:schema36,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema36.required,parentSchema:schema36,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.releases === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "releases"},message:"must have required property '"+"releases"+"'",schema:schema36.required,parentSchema:schema36,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "releases")) || (key0 === "dependencies"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema36,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.apiVersion !== undefined){
let data0 = data.apiVersion;
if(typeof data0 !== "string"){
const err4 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.properties.apiVersion.type,parentSchema:schema36.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if("headway.dev/v1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "headway.dev/v1"},message:"must be equal to constant",schema:"headway.dev/v1",parentSchema:schema36.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined){
let data1 = data.kind;
if(typeof data1 !== "string"){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.properties.kind.type,parentSchema:schema36.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if("Lock" !== data1){
const err7 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "Lock"},message:"must be equal to constant",schema:"Lock",parentSchema:schema36.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.releases !== undefined){
let data2 = data.releases;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
let data3 = data2[key1];
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.chart === undefined){
const err8 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/releases/additionalProperties/required",keyword:"required",params:{missingProperty: "chart"},message:"must have required property '"+"chart"+"'",schema:schema36.properties.releases.additionalProperties.required,parentSchema:schema36.properties.releases.additionalProperties,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data3.version === undefined){
const err9 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/releases/additionalProperties/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'",schema:schema36.properties.releases.additionalProperties.required,parentSchema:schema36.properties.releases.additionalProperties,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data3.digest === undefined){
const err10 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/releases/additionalProperties/required",keyword:"required",params:{missingProperty: "digest"},message:"must have required property '"+"digest"+"'",schema:schema36.properties.releases.additionalProperties.required,parentSchema:schema36.properties.releases.additionalProperties,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key2 in data3){
if(!((((key2 === "chart") || (key2 === "version")) || (key2 === "digest")) || (key2 === "url"))){
const err11 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/releases/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties",schema:false,parentSchema:schema36.properties.releases.additionalProperties,data:data3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data3.chart !== undefined){
let data4 = data3.chart;
if(typeof data4 === "string"){
if(data4.length < 1){
const err12 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/chart",schemaPath:"#/properties/releases/additionalProperties/properties/chart/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema36.properties.releases.additionalProperties.properties.chart,data:data4};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/chart",schemaPath:"#/properties/releases/additionalProperties/properties/chart/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.properties.releases.additionalProperties.properties.chart.type,parentSchema:schema36.properties.releases.additionalProperties.properties.chart,data:data4};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data3.version !== undefined){
let data5 = data3.version;
if(typeof data5 === "string"){
if(data5.length > 256){
const err14 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/version",schemaPath:"#/$defs/version/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema37,data:data5};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data5.length < 1){
const err15 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/version",schemaPath:"#/$defs/version/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37,data:data5};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/version",schemaPath:"#/$defs/version/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.type,parentSchema:schema37,data:data5};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data3.digest !== undefined){
let data6 = data3.digest;
if(typeof data6 === "string"){
if(!pattern32.test(data6)){
const err17 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/digest",schemaPath:"#/$defs/digest/pattern",keyword:"pattern",params:{pattern: "^(?:tree-)?sha256:[0-9a-f]{64}$"},message:"must match pattern \""+"^(?:tree-)?sha256:[0-9a-f]{64}$"+"\"",schema:"^(?:tree-)?sha256:[0-9a-f]{64}$",parentSchema:schema38,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/digest",schemaPath:"#/$defs/digest/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema38.type,parentSchema:schema38,data:data6};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data3.url !== undefined){
let data7 = data3.url;
if(typeof data7 === "string"){
if(data7.length < 1){
const err19 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/url",schemaPath:"#/$defs/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema39,data:data7};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/url",schemaPath:"#/$defs/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema39.type,parentSchema:schema39,data:data7};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/releases/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/releases/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.properties.releases.additionalProperties.type,parentSchema:schema36.properties.releases.additionalProperties,data:data3};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/releases",schemaPath:"#/properties/releases/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.properties.releases.type,parentSchema:schema36.properties.releases,data:data2};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.dependencies !== undefined){
let data8 = data.dependencies;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key3 in data8){
let data9 = data8[key3];
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.version === undefined){
const err23 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/dependencies/additionalProperties/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'",schema:schema36.properties.dependencies.additionalProperties.required,parentSchema:schema36.properties.dependencies.additionalProperties,data:data9};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data9.digest === undefined){
const err24 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/dependencies/additionalProperties/required",keyword:"required",params:{missingProperty: "digest"},message:"must have required property '"+"digest"+"'",schema:schema36.properties.dependencies.additionalProperties.required,parentSchema:schema36.properties.dependencies.additionalProperties,data:data9};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
for(const key4 in data9){
if(!(((key4 === "version") || (key4 === "digest")) || (key4 === "url"))){
const err25 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/dependencies/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema36.properties.dependencies.additionalProperties,data:data9};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data9.version !== undefined){
let data10 = data9.version;
if(typeof data10 === "string"){
if(data10.length > 256){
const err26 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/version",schemaPath:"#/$defs/version/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema37,data:data10};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data10.length < 1){
const err27 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/version",schemaPath:"#/$defs/version/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37,data:data10};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/version",schemaPath:"#/$defs/version/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.type,parentSchema:schema37,data:data10};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data9.digest !== undefined){
let data11 = data9.digest;
if(typeof data11 === "string"){
if(!pattern32.test(data11)){
const err29 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/digest",schemaPath:"#/$defs/digest/pattern",keyword:"pattern",params:{pattern: "^(?:tree-)?sha256:[0-9a-f]{64}$"},message:"must match pattern \""+"^(?:tree-)?sha256:[0-9a-f]{64}$"+"\"",schema:"^(?:tree-)?sha256:[0-9a-f]{64}$",parentSchema:schema38,data:data11};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
else {
const err30 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/digest",schemaPath:"#/$defs/digest/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema38.type,parentSchema:schema38,data:data11};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data9.url !== undefined){
let data12 = data9.url;
if(typeof data12 === "string"){
if(data12.length < 1){
const err31 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/url",schemaPath:"#/$defs/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema39,data:data12};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
else {
const err32 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/url",schemaPath:"#/$defs/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema39.type,parentSchema:schema39,data:data12};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath:instancePath+"/dependencies/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/dependencies/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.properties.dependencies.additionalProperties.type,parentSchema:schema36.properties.dependencies.additionalProperties,data:data9};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
else {
const err34 = {instancePath:instancePath+"/dependencies",schemaPath:"#/properties/dependencies/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.properties.dependencies.type,parentSchema:schema36.properties.dependencies,data:data8};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.type,parentSchema:schema36,data};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
validate17.errors = vErrors;
return errors === 0;
}

export const validateStackSync = validate18;
const schema43 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://headway.dev/schemas/v1/stacksync.schema.json","title":"StackSync","description":"What the agent in the cluster keeps true: one stack, from one folder of one git repository.","type":"object","required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"type":"string","const":"headway.dev/v1"},"kind":{"type":"string","const":"StackSync"},"metadata":{"type":"object","description":"The object's own, as Kubernetes has it."},"spec":{"type":"object","additionalProperties":false,"required":["source"],"properties":{"source":{"description":"Where the stack's declarations are. secretRef holds username and password, or bearerToken, and ca.crt for https; identity and known_hosts for ssh.","type":"object","additionalProperties":false,"required":["url"],"properties":{"url":{"description":"The repository: https://HOST/PATH, ssh://[USER@]HOST/PATH or USER@HOST:PATH. Credentials stand in secretRef, never here.","type":"string","minLength":1,"maxLength":2048},"ref":{"description":"What is followed: one of branch, tag and commit; the branch main by default.","type":"object","additionalProperties":false,"maxProperties":1,"properties":{"branch":{"type":"string","minLength":1,"maxLength":255},"tag":{"type":"string","minLength":1,"maxLength":255},"commit":{"type":"string","pattern":"^[0-9a-f]{40}$"}}},"path":{"description":"The stack's folder below the repository's root; the root by default.","type":"string","maxLength":1024},"interval":{"description":"How often the repository is asked for a newer commit, a Go duration from 5s to 24h; 1m by default.","type":"string","maxLength":32},"rewind":{"description":"Whether a branch or tag that was moved back, or to other history, is followed. refuse waits for a person's headway.dev/accept-commit, and is the default with verify; allow is the default else. Unrelated history always waits.","type":"string","enum":["allow","refuse"]},"secretRef":{"$ref":"#/definitions/secretRef"},"verify":{"description":"Only a commit signed by a key of secretRef is used: each of its keys ending in .asc is an OpenPGP public key, each ending in .pub an SSH public key.","type":"object","additionalProperties":false,"required":["secretRef"],"properties":{"secretRef":{"$ref":"#/definitions/secretRef"}}}}},"webhook":{"description":"Lets a git server tell of pushes, at /hooks/github/NAMESPACE/NAME, /hooks/gitlab/NAMESPACE/NAME or /hooks/generic/NAMESPACE/NAME; the key token of secretRef is what deliveries are signed with.","type":"object","additionalProperties":false,"required":["secretRef"],"properties":{"secretRef":{"$ref":"#/definitions/secretRef"}}},"notify":{"description":"Who is told of the ends of runs: one message for each run that did something or has somebody else to blame, root causes alone.","type":"array","maxItems":8,"items":{"description":"One of slack and webhook.","type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"slack":{"description":"A channel of Slack, or of what takes the same messages; the key url of secretRef is the address of an incoming webhook.","type":"object","additionalProperties":false,"required":["secretRef"],"properties":{"secretRef":{"$ref":"#/definitions/secretRef"}}},"webhook":{"description":"A server of your own; the key token of secretRef is what messages are signed with.","type":"object","additionalProperties":false,"required":["url","secretRef"],"properties":{"url":{"description":"https://HOST/PATH, without credentials.","type":"string","minLength":1,"maxLength":2048},"secretRef":{"$ref":"#/definitions/secretRef"}}}}}},"commitStatus":{"description":"Says beside each commit how its stack stands, as headway/CLUSTER/STACK; the key token of secretRef may write commit statuses.","type":"object","additionalProperties":false,"required":["provider","secretRef"],"properties":{"provider":{"type":"string","enum":["github","gitlab"]},"apiUrl":{"description":"The API's address where it does not follow from the repository's: https://git.example.com/api/v3.","type":"string","minLength":1,"maxLength":2048},"secretRef":{"$ref":"#/definitions/secretRef"}}},"suspend":{"description":"True: nothing is fetched and nothing changed until it is false again.","type":"boolean"},"serviceAccountName":{"description":"The ServiceAccount of the StackSync's namespace as which everything of the stack's releases is done, helm's hooks and lookups included.","type":"string","pattern":"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},"deletionPolicy":{"description":"What becomes of the releases when the StackSync is deleted: they stay.","type":"string","enum":["orphan"]}}},"status":{"type":"object","description":"What the agent says of it."}},"definitions":{"secretRef":{"title":"SecretRef","description":"A Secret in the StackSync's own namespace.","type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"}}}}};
const schema44 = {"title":"SecretRef","description":"A Secret in the StackSync's own namespace.","type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"}}};
const pattern35 = new RegExp("^[0-9a-f]{40}$", "u");

function validate18(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="https://headway.dev/schemas/v1/stacksync.schema.json" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'",schema:schema43.required,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema43.required,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.metadata === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},message:"must have required property '"+"metadata"+"'",schema:schema43.required,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.spec === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"},message:"must have required property '"+"spec"+"'",schema:schema43.required,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data.apiVersion !== undefined){
let data0 = data.apiVersion;
if(typeof data0 !== "string"){
const err4 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.apiVersion.type,parentSchema:schema43.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if("headway.dev/v1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "headway.dev/v1"},message:"must be equal to constant",schema:"headway.dev/v1",parentSchema:schema43.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined){
let data1 = data.kind;
if(typeof data1 !== "string"){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.kind.type,parentSchema:schema43.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if("StackSync" !== data1){
const err7 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "StackSync"},message:"must be equal to constant",schema:"StackSync",parentSchema:schema43.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.metadata !== undefined){
let data2 = data.metadata;
if(!(data2 && typeof data2 == "object" && !Array.isArray(data2))){
const err8 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.metadata.type,parentSchema:schema43.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.spec !== undefined){
let data3 = data.spec;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.source === undefined){
const err9 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "source"},message:"must have required property '"+"source"+"'",schema:schema43.properties.spec.required,parentSchema:schema43.properties.spec,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
for(const key0 in data3){
if(!(((((((key0 === "source") || (key0 === "webhook")) || (key0 === "notify")) || (key0 === "commitStatus")) || (key0 === "suspend")) || (key0 === "serviceAccountName")) || (key0 === "deletionPolicy"))){
const err10 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data3.source !== undefined){
let data4 = data3.source;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.url === undefined){
const err11 = {instancePath:instancePath+"/spec/source",schemaPath:"#/properties/spec/properties/source/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'",schema:schema43.properties.spec.properties.source.required,parentSchema:schema43.properties.spec.properties.source,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
for(const key1 in data4){
if(!(((((((key1 === "url") || (key1 === "ref")) || (key1 === "path")) || (key1 === "interval")) || (key1 === "rewind")) || (key1 === "secretRef")) || (key1 === "verify"))){
const err12 = {instancePath:instancePath+"/spec/source",schemaPath:"#/properties/spec/properties/source/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec.properties.source,data:data4};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data4.url !== undefined){
let data5 = data4.url;
if(typeof data5 === "string"){
if(data5.length > 2048){
const err13 = {instancePath:instancePath+"/spec/source/url",schemaPath:"#/properties/spec/properties/source/properties/url/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters",schema:2048,parentSchema:schema43.properties.spec.properties.source.properties.url,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data5.length < 1){
const err14 = {instancePath:instancePath+"/spec/source/url",schemaPath:"#/properties/spec/properties/source/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema43.properties.spec.properties.source.properties.url,data:data5};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/spec/source/url",schemaPath:"#/properties/spec/properties/source/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.source.properties.url.type,parentSchema:schema43.properties.spec.properties.source.properties.url,data:data5};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data4.ref !== undefined){
let data6 = data4.ref;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(Object.keys(data6).length > 1){
const err16 = {instancePath:instancePath+"/spec/source/ref",schemaPath:"#/properties/spec/properties/source/properties/ref/maxProperties",keyword:"maxProperties",params:{limit: 1},message:"must NOT have more than 1 properties",schema:1,parentSchema:schema43.properties.spec.properties.source.properties.ref,data:data6};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
for(const key2 in data6){
if(!(((key2 === "branch") || (key2 === "tag")) || (key2 === "commit"))){
const err17 = {instancePath:instancePath+"/spec/source/ref",schemaPath:"#/properties/spec/properties/source/properties/ref/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec.properties.source.properties.ref,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data6.branch !== undefined){
let data7 = data6.branch;
if(typeof data7 === "string"){
if(data7.length > 255){
const err18 = {instancePath:instancePath+"/spec/source/ref/branch",schemaPath:"#/properties/spec/properties/source/properties/ref/properties/branch/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters",schema:255,parentSchema:schema43.properties.spec.properties.source.properties.ref.properties.branch,data:data7};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data7.length < 1){
const err19 = {instancePath:instancePath+"/spec/source/ref/branch",schemaPath:"#/properties/spec/properties/source/properties/ref/properties/branch/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema43.properties.spec.properties.source.properties.ref.properties.branch,data:data7};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/spec/source/ref/branch",schemaPath:"#/properties/spec/properties/source/properties/ref/properties/branch/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.source.properties.ref.properties.branch.type,parentSchema:schema43.properties.spec.properties.source.properties.ref.properties.branch,data:data7};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data6.tag !== undefined){
let data8 = data6.tag;
if(typeof data8 === "string"){
if(data8.length > 255){
const err21 = {instancePath:instancePath+"/spec/source/ref/tag",schemaPath:"#/properties/spec/properties/source/properties/ref/properties/tag/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters",schema:255,parentSchema:schema43.properties.spec.properties.source.properties.ref.properties.tag,data:data8};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(data8.length < 1){
const err22 = {instancePath:instancePath+"/spec/source/ref/tag",schemaPath:"#/properties/spec/properties/source/properties/ref/properties/tag/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema43.properties.spec.properties.source.properties.ref.properties.tag,data:data8};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/spec/source/ref/tag",schemaPath:"#/properties/spec/properties/source/properties/ref/properties/tag/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.source.properties.ref.properties.tag.type,parentSchema:schema43.properties.spec.properties.source.properties.ref.properties.tag,data:data8};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data6.commit !== undefined){
let data9 = data6.commit;
if(typeof data9 === "string"){
if(!pattern35.test(data9)){
const err24 = {instancePath:instancePath+"/spec/source/ref/commit",schemaPath:"#/properties/spec/properties/source/properties/ref/properties/commit/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{40}$"},message:"must match pattern \""+"^[0-9a-f]{40}$"+"\"",schema:"^[0-9a-f]{40}$",parentSchema:schema43.properties.spec.properties.source.properties.ref.properties.commit,data:data9};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/spec/source/ref/commit",schemaPath:"#/properties/spec/properties/source/properties/ref/properties/commit/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.source.properties.ref.properties.commit.type,parentSchema:schema43.properties.spec.properties.source.properties.ref.properties.commit,data:data9};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
else {
const err26 = {instancePath:instancePath+"/spec/source/ref",schemaPath:"#/properties/spec/properties/source/properties/ref/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.properties.source.properties.ref.type,parentSchema:schema43.properties.spec.properties.source.properties.ref,data:data6};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data4.path !== undefined){
let data10 = data4.path;
if(typeof data10 === "string"){
if(data10.length > 1024){
const err27 = {instancePath:instancePath+"/spec/source/path",schemaPath:"#/properties/spec/properties/source/properties/path/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema43.properties.spec.properties.source.properties.path,data:data10};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/spec/source/path",schemaPath:"#/properties/spec/properties/source/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.source.properties.path.type,parentSchema:schema43.properties.spec.properties.source.properties.path,data:data10};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data4.interval !== undefined){
let data11 = data4.interval;
if(typeof data11 === "string"){
if(data11.length > 32){
const err29 = {instancePath:instancePath+"/spec/source/interval",schemaPath:"#/properties/spec/properties/source/properties/interval/maxLength",keyword:"maxLength",params:{limit: 32},message:"must NOT have more than 32 characters",schema:32,parentSchema:schema43.properties.spec.properties.source.properties.interval,data:data11};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
else {
const err30 = {instancePath:instancePath+"/spec/source/interval",schemaPath:"#/properties/spec/properties/source/properties/interval/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.source.properties.interval.type,parentSchema:schema43.properties.spec.properties.source.properties.interval,data:data11};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data4.rewind !== undefined){
let data12 = data4.rewind;
if(typeof data12 !== "string"){
const err31 = {instancePath:instancePath+"/spec/source/rewind",schemaPath:"#/properties/spec/properties/source/properties/rewind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.source.properties.rewind.type,parentSchema:schema43.properties.spec.properties.source.properties.rewind,data:data12};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(!((data12 === "allow") || (data12 === "refuse"))){
const err32 = {instancePath:instancePath+"/spec/source/rewind",schemaPath:"#/properties/spec/properties/source/properties/rewind/enum",keyword:"enum",params:{allowedValues: schema43.properties.spec.properties.source.properties.rewind.enum},message:"must be equal to one of the allowed values",schema:schema43.properties.spec.properties.source.properties.rewind.enum,parentSchema:schema43.properties.spec.properties.source.properties.rewind,data:data12};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data4.secretRef !== undefined){
let data13 = data4.secretRef;
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
if(data13.name === undefined){
const err33 = {instancePath:instancePath+"/spec/source/secretRef",schemaPath:"#/definitions/secretRef/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema44.required,parentSchema:schema44,data:data13};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
for(const key3 in data13){
if(!(key3 === "name")){
const err34 = {instancePath:instancePath+"/spec/source/secretRef",schemaPath:"#/definitions/secretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties",schema:false,parentSchema:schema44,data:data13};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data13.name !== undefined){
let data14 = data13.name;
if(typeof data14 === "string"){
if(!pattern16.test(data14)){
const err35 = {instancePath:instancePath+"/spec/source/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema44.properties.name,data:data14};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/spec/source/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema44.properties.name.type,parentSchema:schema44.properties.name,data:data14};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
else {
const err37 = {instancePath:instancePath+"/spec/source/secretRef",schemaPath:"#/definitions/secretRef/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema44.type,parentSchema:schema44,data:data13};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data4.verify !== undefined){
let data15 = data4.verify;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
if(data15.secretRef === undefined){
const err38 = {instancePath:instancePath+"/spec/source/verify",schemaPath:"#/properties/spec/properties/source/properties/verify/required",keyword:"required",params:{missingProperty: "secretRef"},message:"must have required property '"+"secretRef"+"'",schema:schema43.properties.spec.properties.source.properties.verify.required,parentSchema:schema43.properties.spec.properties.source.properties.verify,data:data15};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
for(const key4 in data15){
if(!(key4 === "secretRef")){
const err39 = {instancePath:instancePath+"/spec/source/verify",schemaPath:"#/properties/spec/properties/source/properties/verify/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec.properties.source.properties.verify,data:data15};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data15.secretRef !== undefined){
let data16 = data15.secretRef;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.name === undefined){
const err40 = {instancePath:instancePath+"/spec/source/verify/secretRef",schemaPath:"#/definitions/secretRef/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema44.required,parentSchema:schema44,data:data16};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
for(const key5 in data16){
if(!(key5 === "name")){
const err41 = {instancePath:instancePath+"/spec/source/verify/secretRef",schemaPath:"#/definitions/secretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties",schema:false,parentSchema:schema44,data:data16};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data16.name !== undefined){
let data17 = data16.name;
if(typeof data17 === "string"){
if(!pattern16.test(data17)){
const err42 = {instancePath:instancePath+"/spec/source/verify/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema44.properties.name,data:data17};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
else {
const err43 = {instancePath:instancePath+"/spec/source/verify/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema44.properties.name.type,parentSchema:schema44.properties.name,data:data17};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
else {
const err44 = {instancePath:instancePath+"/spec/source/verify/secretRef",schemaPath:"#/definitions/secretRef/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema44.type,parentSchema:schema44,data:data16};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
else {
const err45 = {instancePath:instancePath+"/spec/source/verify",schemaPath:"#/properties/spec/properties/source/properties/verify/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.properties.source.properties.verify.type,parentSchema:schema43.properties.spec.properties.source.properties.verify,data:data15};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
else {
const err46 = {instancePath:instancePath+"/spec/source",schemaPath:"#/properties/spec/properties/source/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.properties.source.type,parentSchema:schema43.properties.spec.properties.source,data:data4};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data3.webhook !== undefined){
let data18 = data3.webhook;
if(data18 && typeof data18 == "object" && !Array.isArray(data18)){
if(data18.secretRef === undefined){
const err47 = {instancePath:instancePath+"/spec/webhook",schemaPath:"#/properties/spec/properties/webhook/required",keyword:"required",params:{missingProperty: "secretRef"},message:"must have required property '"+"secretRef"+"'",schema:schema43.properties.spec.properties.webhook.required,parentSchema:schema43.properties.spec.properties.webhook,data:data18};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
for(const key6 in data18){
if(!(key6 === "secretRef")){
const err48 = {instancePath:instancePath+"/spec/webhook",schemaPath:"#/properties/spec/properties/webhook/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec.properties.webhook,data:data18};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data18.secretRef !== undefined){
let data19 = data18.secretRef;
if(data19 && typeof data19 == "object" && !Array.isArray(data19)){
if(data19.name === undefined){
const err49 = {instancePath:instancePath+"/spec/webhook/secretRef",schemaPath:"#/definitions/secretRef/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema44.required,parentSchema:schema44,data:data19};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
for(const key7 in data19){
if(!(key7 === "name")){
const err50 = {instancePath:instancePath+"/spec/webhook/secretRef",schemaPath:"#/definitions/secretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties",schema:false,parentSchema:schema44,data:data19};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data19.name !== undefined){
let data20 = data19.name;
if(typeof data20 === "string"){
if(!pattern16.test(data20)){
const err51 = {instancePath:instancePath+"/spec/webhook/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema44.properties.name,data:data20};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
else {
const err52 = {instancePath:instancePath+"/spec/webhook/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema44.properties.name.type,parentSchema:schema44.properties.name,data:data20};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
else {
const err53 = {instancePath:instancePath+"/spec/webhook/secretRef",schemaPath:"#/definitions/secretRef/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema44.type,parentSchema:schema44,data:data19};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
else {
const err54 = {instancePath:instancePath+"/spec/webhook",schemaPath:"#/properties/spec/properties/webhook/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.properties.webhook.type,parentSchema:schema43.properties.spec.properties.webhook,data:data18};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data3.notify !== undefined){
let data21 = data3.notify;
if(Array.isArray(data21)){
if(data21.length > 8){
const err55 = {instancePath:instancePath+"/spec/notify",schemaPath:"#/properties/spec/properties/notify/maxItems",keyword:"maxItems",params:{limit: 8},message:"must NOT have more than 8 items",schema:8,parentSchema:schema43.properties.spec.properties.notify,data:data21};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
const len0 = data21.length;
for(let i0=0; i0<len0; i0++){
let data22 = data21[i0];
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if(Object.keys(data22).length > 1){
const err56 = {instancePath:instancePath+"/spec/notify/" + i0,schemaPath:"#/properties/spec/properties/notify/items/maxProperties",keyword:"maxProperties",params:{limit: 1},message:"must NOT have more than 1 properties",schema:1,parentSchema:schema43.properties.spec.properties.notify.items,data:data22};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(Object.keys(data22).length < 1){
const err57 = {instancePath:instancePath+"/spec/notify/" + i0,schemaPath:"#/properties/spec/properties/notify/items/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties",schema:1,parentSchema:schema43.properties.spec.properties.notify.items,data:data22};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
for(const key8 in data22){
if(!((key8 === "slack") || (key8 === "webhook"))){
const err58 = {instancePath:instancePath+"/spec/notify/" + i0,schemaPath:"#/properties/spec/properties/notify/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec.properties.notify.items,data:data22};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data22.slack !== undefined){
let data23 = data22.slack;
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
if(data23.secretRef === undefined){
const err59 = {instancePath:instancePath+"/spec/notify/" + i0+"/slack",schemaPath:"#/properties/spec/properties/notify/items/properties/slack/required",keyword:"required",params:{missingProperty: "secretRef"},message:"must have required property '"+"secretRef"+"'",schema:schema43.properties.spec.properties.notify.items.properties.slack.required,parentSchema:schema43.properties.spec.properties.notify.items.properties.slack,data:data23};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
for(const key9 in data23){
if(!(key9 === "secretRef")){
const err60 = {instancePath:instancePath+"/spec/notify/" + i0+"/slack",schemaPath:"#/properties/spec/properties/notify/items/properties/slack/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec.properties.notify.items.properties.slack,data:data23};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data23.secretRef !== undefined){
let data24 = data23.secretRef;
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(data24.name === undefined){
const err61 = {instancePath:instancePath+"/spec/notify/" + i0+"/slack/secretRef",schemaPath:"#/definitions/secretRef/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema44.required,parentSchema:schema44,data:data24};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
for(const key10 in data24){
if(!(key10 === "name")){
const err62 = {instancePath:instancePath+"/spec/notify/" + i0+"/slack/secretRef",schemaPath:"#/definitions/secretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties",schema:false,parentSchema:schema44,data:data24};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data24.name !== undefined){
let data25 = data24.name;
if(typeof data25 === "string"){
if(!pattern16.test(data25)){
const err63 = {instancePath:instancePath+"/spec/notify/" + i0+"/slack/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema44.properties.name,data:data25};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/spec/notify/" + i0+"/slack/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema44.properties.name.type,parentSchema:schema44.properties.name,data:data25};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
}
else {
const err65 = {instancePath:instancePath+"/spec/notify/" + i0+"/slack/secretRef",schemaPath:"#/definitions/secretRef/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema44.type,parentSchema:schema44,data:data24};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
}
else {
const err66 = {instancePath:instancePath+"/spec/notify/" + i0+"/slack",schemaPath:"#/properties/spec/properties/notify/items/properties/slack/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.properties.notify.items.properties.slack.type,parentSchema:schema43.properties.spec.properties.notify.items.properties.slack,data:data23};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data22.webhook !== undefined){
let data26 = data22.webhook;
if(data26 && typeof data26 == "object" && !Array.isArray(data26)){
if(data26.url === undefined){
const err67 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook",schemaPath:"#/properties/spec/properties/notify/items/properties/webhook/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'",schema:schema43.properties.spec.properties.notify.items.properties.webhook.required,parentSchema:schema43.properties.spec.properties.notify.items.properties.webhook,data:data26};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(data26.secretRef === undefined){
const err68 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook",schemaPath:"#/properties/spec/properties/notify/items/properties/webhook/required",keyword:"required",params:{missingProperty: "secretRef"},message:"must have required property '"+"secretRef"+"'",schema:schema43.properties.spec.properties.notify.items.properties.webhook.required,parentSchema:schema43.properties.spec.properties.notify.items.properties.webhook,data:data26};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
for(const key11 in data26){
if(!((key11 === "url") || (key11 === "secretRef"))){
const err69 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook",schemaPath:"#/properties/spec/properties/notify/items/properties/webhook/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec.properties.notify.items.properties.webhook,data:data26};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data26.url !== undefined){
let data27 = data26.url;
if(typeof data27 === "string"){
if(data27.length > 2048){
const err70 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook/url",schemaPath:"#/properties/spec/properties/notify/items/properties/webhook/properties/url/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters",schema:2048,parentSchema:schema43.properties.spec.properties.notify.items.properties.webhook.properties.url,data:data27};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(data27.length < 1){
const err71 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook/url",schemaPath:"#/properties/spec/properties/notify/items/properties/webhook/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema43.properties.spec.properties.notify.items.properties.webhook.properties.url,data:data27};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
else {
const err72 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook/url",schemaPath:"#/properties/spec/properties/notify/items/properties/webhook/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.notify.items.properties.webhook.properties.url.type,parentSchema:schema43.properties.spec.properties.notify.items.properties.webhook.properties.url,data:data27};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data26.secretRef !== undefined){
let data28 = data26.secretRef;
if(data28 && typeof data28 == "object" && !Array.isArray(data28)){
if(data28.name === undefined){
const err73 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook/secretRef",schemaPath:"#/definitions/secretRef/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema44.required,parentSchema:schema44,data:data28};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
for(const key12 in data28){
if(!(key12 === "name")){
const err74 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook/secretRef",schemaPath:"#/definitions/secretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},message:"must NOT have additional properties",schema:false,parentSchema:schema44,data:data28};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data28.name !== undefined){
let data29 = data28.name;
if(typeof data29 === "string"){
if(!pattern16.test(data29)){
const err75 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema44.properties.name,data:data29};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
else {
const err76 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema44.properties.name.type,parentSchema:schema44.properties.name,data:data29};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
}
else {
const err77 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook/secretRef",schemaPath:"#/definitions/secretRef/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema44.type,parentSchema:schema44,data:data28};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
}
else {
const err78 = {instancePath:instancePath+"/spec/notify/" + i0+"/webhook",schemaPath:"#/properties/spec/properties/notify/items/properties/webhook/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.properties.notify.items.properties.webhook.type,parentSchema:schema43.properties.spec.properties.notify.items.properties.webhook,data:data26};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
}
else {
const err79 = {instancePath:instancePath+"/spec/notify/" + i0,schemaPath:"#/properties/spec/properties/notify/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.properties.notify.items.type,parentSchema:schema43.properties.spec.properties.notify.items,data:data22};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
}
else {
const err80 = {instancePath:instancePath+"/spec/notify",schemaPath:"#/properties/spec/properties/notify/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema43.properties.spec.properties.notify.type,parentSchema:schema43.properties.spec.properties.notify,data:data21};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
if(data3.commitStatus !== undefined){
let data30 = data3.commitStatus;
if(data30 && typeof data30 == "object" && !Array.isArray(data30)){
if(data30.provider === undefined){
const err81 = {instancePath:instancePath+"/spec/commitStatus",schemaPath:"#/properties/spec/properties/commitStatus/required",keyword:"required",params:{missingProperty: "provider"},message:"must have required property '"+"provider"+"'",schema:schema43.properties.spec.properties.commitStatus.required,parentSchema:schema43.properties.spec.properties.commitStatus,data:data30};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
if(data30.secretRef === undefined){
const err82 = {instancePath:instancePath+"/spec/commitStatus",schemaPath:"#/properties/spec/properties/commitStatus/required",keyword:"required",params:{missingProperty: "secretRef"},message:"must have required property '"+"secretRef"+"'",schema:schema43.properties.spec.properties.commitStatus.required,parentSchema:schema43.properties.spec.properties.commitStatus,data:data30};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
for(const key13 in data30){
if(!(((key13 === "provider") || (key13 === "apiUrl")) || (key13 === "secretRef"))){
const err83 = {instancePath:instancePath+"/spec/commitStatus",schemaPath:"#/properties/spec/properties/commitStatus/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13},message:"must NOT have additional properties",schema:false,parentSchema:schema43.properties.spec.properties.commitStatus,data:data30};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data30.provider !== undefined){
let data31 = data30.provider;
if(typeof data31 !== "string"){
const err84 = {instancePath:instancePath+"/spec/commitStatus/provider",schemaPath:"#/properties/spec/properties/commitStatus/properties/provider/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.commitStatus.properties.provider.type,parentSchema:schema43.properties.spec.properties.commitStatus.properties.provider,data:data31};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(!((data31 === "github") || (data31 === "gitlab"))){
const err85 = {instancePath:instancePath+"/spec/commitStatus/provider",schemaPath:"#/properties/spec/properties/commitStatus/properties/provider/enum",keyword:"enum",params:{allowedValues: schema43.properties.spec.properties.commitStatus.properties.provider.enum},message:"must be equal to one of the allowed values",schema:schema43.properties.spec.properties.commitStatus.properties.provider.enum,parentSchema:schema43.properties.spec.properties.commitStatus.properties.provider,data:data31};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data30.apiUrl !== undefined){
let data32 = data30.apiUrl;
if(typeof data32 === "string"){
if(data32.length > 2048){
const err86 = {instancePath:instancePath+"/spec/commitStatus/apiUrl",schemaPath:"#/properties/spec/properties/commitStatus/properties/apiUrl/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters",schema:2048,parentSchema:schema43.properties.spec.properties.commitStatus.properties.apiUrl,data:data32};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data32.length < 1){
const err87 = {instancePath:instancePath+"/spec/commitStatus/apiUrl",schemaPath:"#/properties/spec/properties/commitStatus/properties/apiUrl/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema43.properties.spec.properties.commitStatus.properties.apiUrl,data:data32};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
else {
const err88 = {instancePath:instancePath+"/spec/commitStatus/apiUrl",schemaPath:"#/properties/spec/properties/commitStatus/properties/apiUrl/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.commitStatus.properties.apiUrl.type,parentSchema:schema43.properties.spec.properties.commitStatus.properties.apiUrl,data:data32};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
if(data30.secretRef !== undefined){
let data33 = data30.secretRef;
if(data33 && typeof data33 == "object" && !Array.isArray(data33)){
if(data33.name === undefined){
const err89 = {instancePath:instancePath+"/spec/commitStatus/secretRef",schemaPath:"#/definitions/secretRef/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema44.required,parentSchema:schema44,data:data33};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
for(const key14 in data33){
if(!(key14 === "name")){
const err90 = {instancePath:instancePath+"/spec/commitStatus/secretRef",schemaPath:"#/definitions/secretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},message:"must NOT have additional properties",schema:false,parentSchema:schema44,data:data33};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data33.name !== undefined){
let data34 = data33.name;
if(typeof data34 === "string"){
if(!pattern16.test(data34)){
const err91 = {instancePath:instancePath+"/spec/commitStatus/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema44.properties.name,data:data34};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
else {
const err92 = {instancePath:instancePath+"/spec/commitStatus/secretRef/name",schemaPath:"#/definitions/secretRef/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema44.properties.name.type,parentSchema:schema44.properties.name,data:data34};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
}
else {
const err93 = {instancePath:instancePath+"/spec/commitStatus/secretRef",schemaPath:"#/definitions/secretRef/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema44.type,parentSchema:schema44,data:data33};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
}
else {
const err94 = {instancePath:instancePath+"/spec/commitStatus",schemaPath:"#/properties/spec/properties/commitStatus/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.properties.commitStatus.type,parentSchema:schema43.properties.spec.properties.commitStatus,data:data30};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
if(data3.suspend !== undefined){
let data35 = data3.suspend;
if(typeof data35 !== "boolean"){
const err95 = {instancePath:instancePath+"/spec/suspend",schemaPath:"#/properties/spec/properties/suspend/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema43.properties.spec.properties.suspend.type,parentSchema:schema43.properties.spec.properties.suspend,data:data35};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data3.serviceAccountName !== undefined){
let data36 = data3.serviceAccountName;
if(typeof data36 === "string"){
if(!pattern16.test(data36)){
const err96 = {instancePath:instancePath+"/spec/serviceAccountName",schemaPath:"#/properties/spec/properties/serviceAccountName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"+"\"",schema:"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",parentSchema:schema43.properties.spec.properties.serviceAccountName,data:data36};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
else {
const err97 = {instancePath:instancePath+"/spec/serviceAccountName",schemaPath:"#/properties/spec/properties/serviceAccountName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.serviceAccountName.type,parentSchema:schema43.properties.spec.properties.serviceAccountName,data:data36};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
if(data3.deletionPolicy !== undefined){
let data37 = data3.deletionPolicy;
if(typeof data37 !== "string"){
const err98 = {instancePath:instancePath+"/spec/deletionPolicy",schemaPath:"#/properties/spec/properties/deletionPolicy/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.spec.properties.deletionPolicy.type,parentSchema:schema43.properties.spec.properties.deletionPolicy,data:data37};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if(!(data37 === "orphan")){
const err99 = {instancePath:instancePath+"/spec/deletionPolicy",schemaPath:"#/properties/spec/properties/deletionPolicy/enum",keyword:"enum",params:{allowedValues: schema43.properties.spec.properties.deletionPolicy.enum},message:"must be equal to one of the allowed values",schema:schema43.properties.spec.properties.deletionPolicy.enum,parentSchema:schema43.properties.spec.properties.deletionPolicy,data:data37};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
}
else {
const err100 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.spec.type,parentSchema:schema43.properties.spec,data:data3};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
if(data.status !== undefined){
let data38 = data.status;
if(!(data38 && typeof data38 == "object" && !Array.isArray(data38))){
const err101 = {instancePath:instancePath+"/status",schemaPath:"#/properties/status/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.properties.status.type,parentSchema:schema43.properties.status,data:data38};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
}
else {
const err102 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.type,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
validate18.errors = vErrors;
return errors === 0;
}

